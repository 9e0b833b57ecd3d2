"""Programs that do one task in a process of their own, and end."""
