"""Where a job stands, in words."""

from __future__ import annotations

from apps.jobs.outlook import Outlook

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def place_in_line(outlook: Outlook) -> str:
    """Of a job that waits, as "Third in line, about 40 seconds"."""
    if outlook.position is None:
        return "Waiting for its turn"
    return f"{_ordinal(outlook.position)} in line{about(outlook.eta)}"


def about(seconds: float | None) -> str:
    """How long it may take, after a comma, as ", about 40 seconds"; nothing when nobody can tell."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f", about {max(5, round(seconds / 5) * 5)} seconds"
    return f", about {round(seconds / 60)} minutes"


def _ordinal(position: int) -> str:
    return _ORDINALS[position - 1].capitalize() if 1 <= position <= len(_ORDINALS) else f"Number {position}"
