"""The public side: feed and search."""
