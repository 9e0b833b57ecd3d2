"""Weights of neural models: which there are, fetching them once, and loading none but those."""
