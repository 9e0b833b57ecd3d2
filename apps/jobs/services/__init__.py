"""What changes jobs: one use case a module."""
