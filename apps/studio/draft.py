"""What somebody asks of an engine, as they filled it in."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.exceptions import ValidationError

PROMPT_LENGTH = 2_000
LYRICS_LENGTH = 5_000
TEMPO_RANGE = (40.0, 220.0)
SEED_RANGE = (0, 2**53 - 1)  # what JSON numbers carry exactly

_KEY = re.compile(r"^\s*([A-Ga-g])\s*(#|b|♯|♭|sharp|flat)?\s*[- ]?\s*(major|minor|maj|min|m)?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """A request as somebody filled it in; texts are clean, nothing else is checked yet."""

    engine: str
    seconds: int
    prompt: str = ""
    lyrics: str = ""
    instrumental: bool = True
    genre: str = ""
    mood: str = ""
    tempo: float | None = None
    key: str = ""
    seed: int | None = None
    takes: int = 1
    meter: str = ""
    instruments: tuple[str, ...] = ()
    energy: float | None = None
    """0 still … 1 wild."""
    voice: str = ""
    language: str = ""
    span: tuple[float, float] | None = None
    """What a repaint makes anew, in seconds of the parent."""
    operation: str = "generate"
    parent: UUID | None = None

    @property
    def content_hash(self) -> str:
        """The same for the same content, whatever the key it was sent under."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True, default=str).encode()).hexdigest()


def normal_key(text: str) -> str:
    """A musical key as engines read it, "e min" → "E minor"; empty for empty; ValidationError when it is none."""
    if not text.strip():
        return ""
    found = _KEY.match(text)
    if found is None:
        raise ValidationError("This is not a key: write one like “E minor” or “Bb major”.")
    letter, accidental, mode = found.groups()
    # in "Bbm" and "em" the small m says minor
    minor = (mode or "").lower() in {"m", "min", "minor"} and mode != "M"
    sign = {"#": "#", "♯": "#", "sharp": "#", "b": "b", "♭": "b", "flat": "b"}.get((accidental or "").lower(), "")
    return f"{letter.upper()}{sign} {'minor' if minor else 'major'}"


def drawn_seed(owner: UUID, key: str) -> int:
    """The seed of a request whose owner chose none: the same before it is sent, so that what is shown holds."""
    digest = hashlib.sha256(f"{owner}:{key}".encode()).digest()
    # room for the takes, which count up from it
    return int.from_bytes(digest[:8]) % (SEED_RANGE[1] - 64)
