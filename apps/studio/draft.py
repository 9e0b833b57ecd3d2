"""What somebody may ask of an engine: a draft, and the one place that says whether it can be made."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from dataclasses import asdict, dataclass
from uuid import UUID

from django.core.exceptions import ValidationError

from apps.accounts.selectors import Entitlements
from apps.studio.models import Engine

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


def check_draft(draft: Draft, engine: Engine, entitlements: Entitlements, others: tuple[Engine, ...] = ()) -> None:
    """Raise ValidationError, by field, when `engine` or the plan cannot do it; of `others` those that can are named."""
    errors: dict[str, list[str]] = defaultdict(list)
    if draft.operation not in engine.operations:
        _refuse(errors, "engine", f"{engine.title} cannot make a {draft.operation}", _titles(others, draft.operation))
    if draft.operation == "generate" and not (draft.prompt or draft.genre or draft.mood or draft.lyrics):
        errors["prompt"].append("Say what the song should be like, or pick a genre or a mood.")
    if draft.operation != "generate" and draft.parent is None:
        errors["parent"].append("Choose the version to start from.")
    if draft.instrumental and not engine.instrumental:
        _refuse(
            errors, "instrumental", f"{engine.title} makes only sung songs", [e.title for e in others if e.instrumental]
        )
    if not draft.instrumental and not engine.sung:
        _refuse(errors, "instrumental", f"{engine.title} does not sing yet", [e.title for e in others if e.sung])
    for name, wish, offered in (("genre", draft.genre, engine.genres), ("mood", draft.mood, engine.moods)):
        if wish and wish not in offered:
            errors[name].append(f"{engine.title} knows no such {name}. Choose one of its own, or say it in the prompt.")
    _check_numbers(draft, engine, entitlements, errors)
    for name, value in (("tempo", draft.tempo), ("key", draft.key), ("seed", draft.seed)):
        if value not in (None, "") and name not in engine.controls:
            errors[name].append(f"{engine.title} does not follow a given {name}: leave this empty.")
    if errors:
        raise ValidationError(dict(errors))


def _check_numbers(draft: Draft, engine: Engine, entitlements: Entitlements, errors: dict[str, list[str]]) -> None:
    longest = min(engine.maximum_seconds, entitlements.maximum_seconds)
    if not engine.minimum_seconds <= draft.seconds <= longest:
        why = "on your plan" if entitlements.maximum_seconds < engine.maximum_seconds else f"with {engine.title}"
        errors["seconds"].append(f"A song can be {engine.minimum_seconds} to {longest} seconds long {why}.")
    if not 1 <= draft.takes <= entitlements.takes:
        errors["takes"].append(f"Your plan makes 1 to {entitlements.takes} takes at once.")
    if draft.tempo is not None and not TEMPO_RANGE[0] <= draft.tempo <= TEMPO_RANGE[1]:
        errors["tempo"].append(f"The tempo can be {TEMPO_RANGE[0]:.0f} to {TEMPO_RANGE[1]:.0f} beats a minute.")
    if draft.seed is not None and not SEED_RANGE[0] <= draft.seed <= SEED_RANGE[1]:
        errors["seed"].append("A seed is a whole number from 0 to 9,007,199,254,740,991.")


def _titles(others: tuple[Engine, ...], operation: str) -> list[str]:
    return [engine.title for engine in others if operation in engine.operations]


def _refuse(errors: dict[str, list[str]], field: str, what: str, instead: list[str]) -> None:
    hint = f"{' and '.join(instead)} can." if instead else "No engine on this site can."
    errors[field].append(f"{what}. {hint}")
