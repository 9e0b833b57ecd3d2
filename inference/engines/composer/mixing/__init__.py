"""From parts to a master: strips, space, sum, loudness."""
