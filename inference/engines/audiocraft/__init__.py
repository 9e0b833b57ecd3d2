"""MusicGen by audiocraft, whose libraries are of 2023: a program for the command engine, in its own environment."""
