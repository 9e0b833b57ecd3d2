"""What changes in the library: one use case a module."""
