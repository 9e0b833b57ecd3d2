"""From a score to sound, one part at a time."""
