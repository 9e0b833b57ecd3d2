"""Chance that repeats: the same name always gives the same numbers."""

from __future__ import annotations

import random


def well(name: str) -> random.Random:
    """A generator of chance of its own for everything that has its own name."""
    return random.Random(name)  # noqa: S311 - music, not secrets
