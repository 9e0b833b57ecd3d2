"""MusicGen through transformers: instrumental music from text, and music that goes on from other music."""
