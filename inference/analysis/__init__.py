"""Listening: what a finished recording is made of, told from its sound alone."""
