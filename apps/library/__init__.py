"""Tracks, their immutable versions, and the files of each."""
