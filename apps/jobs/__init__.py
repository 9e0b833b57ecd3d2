"""Jobs: rows that workers claim, run at most three times, and finish exactly once."""
