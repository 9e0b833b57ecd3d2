"""Names of genres and moods as people write them; engines know them by one plain word."""

from __future__ import annotations

_WRITTEN = {
    "bossa": "Bossa nova",
    "dnb": "Drum and bass",
    "hiphop": "Hip hop",
    "lofi": "Lo-fi",
}


def written(name: str) -> str:
    """As "Drum and bass" for "dnb"; any other name with its first letter large."""
    return _WRITTEN.get(name, name[:1].upper() + name[1:])
