"""What changes about accounts: one use case a module."""
