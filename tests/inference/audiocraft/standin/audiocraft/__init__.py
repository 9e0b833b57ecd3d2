"""Stands in for audiocraft 1.3.0, which cannot share an environment with the tests: its signatures, and noise."""
