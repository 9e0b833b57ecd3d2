"""ACE-Step 1.5 through diffusers: songs with lyrics, covers, repaints and continuations."""
