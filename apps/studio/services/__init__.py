"""What changes in the studio: one use case a module."""
