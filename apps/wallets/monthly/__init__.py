"""The credits that a plan gives every month."""
