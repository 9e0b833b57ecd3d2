"""Singing voices: what is learned of a performer from recordings, and a song's vocal sung by that voice instead."""
