"""Performers, voice swaps, karaoke versions, and how good their results are."""
