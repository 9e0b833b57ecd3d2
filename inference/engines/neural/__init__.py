"""What the neural engines share; nothing here imports torch before a song is made."""
