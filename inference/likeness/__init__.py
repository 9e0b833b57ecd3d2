"""Protected voices: whether a recording or a song sounds like one of them."""
