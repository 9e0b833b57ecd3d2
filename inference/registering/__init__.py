"""Taking up somebody's own voice: whether it is one, whether it is theirs, and how it sounds."""
