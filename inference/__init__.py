"""Audio in, audio out: engines, decoding, encoding, measuring. Knows nothing of Django, users or money."""
