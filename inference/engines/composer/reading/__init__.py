"""From free text to what a song should be."""
