"""What a registration is asked and what comes of it; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inference.engine import EngineError
from inference.likeness.model import Point, Protected

SHORTEST_CONSENT_SECONDS, LONGEST_CONSENT_SECONDS = 3.0, 60.0
SHORTEST_SECONDS, LONGEST_SECONDS = 30.0, 600.0
"""Of all other recordings together."""


class Fault(StrEnum):
    """Why a voice is not taken; stable, for programs."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    NO_VOICE = "no-voice"
    SEVERAL_VOICES = "several-voices"
    SENTENCE_NOT_HEARD = "sentence-not-heard"
    ANOTHER_VOICE = "another-voice"
    BAD_RECORDING = "bad-recording"
    PROTECTED_VOICE = "protected-voice"


PROTECTED = "This voice is like one that is protected here, so nobody can sing with it."


class NotTaken(EngineError):
    """The voice cannot be registered from these recordings; the message is for whoever sent them."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Task:
    """Recordings that nobody has looked into, and where to put what is learned."""

    consent: Path
    """In which the sentence is read."""
    samples: tuple[Path, ...]
    """Anything else, spoken or sung."""
    sentence: str
    others: tuple[str, ...]
    """Sentences of the same form that were not shown: what is heard is picked among all of them."""
    folder: Path
    """Made when missing; `print` and `sample.mp3` will lie there."""
    protected: tuple[Protected, ...] = ()
    """Voices that cannot be registered."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What was found out."""

    consent_sha256: str
    """Of the file as it was sent."""
    print_sha256: str
    similarity: float
    """Of the voice of the sentence and the least similar of the others."""
    measure: str
    """Of likeness, with its version."""
    seconds: float
    """Of all recordings but the sentence."""
    lowest: str
    """The lowest note that was heard often, as A2."""
    highest: str
    spoken: tuple[Point, ...] = ()
    """The voice of the sentence by each measure."""
    sung: tuple[Point, ...] = ()
    """That of the other recordings together."""
