"""Hearing: what was asked for beside what a finished song really is, told by code that did not make it."""
