"""What changes about voices: one use case a module."""
