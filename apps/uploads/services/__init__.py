"""What changes among the uploads: one use case a module."""
