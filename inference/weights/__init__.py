"""Weights of neural models: which there are, fetching them once, and never loading any that are not what was fetched."""
