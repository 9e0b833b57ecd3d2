"""Taking a song apart into its vocals and its accompaniment; the two always add up to the song again."""
