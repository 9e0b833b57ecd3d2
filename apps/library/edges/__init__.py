"""What an edge is told: for how long it may trust what it has, what a version's standing is, who passes CloudFront."""
