"""Plays: signed nonces, the beacon that says one was heard, the stream they wait in, and what they add up to."""
