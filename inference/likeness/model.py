"""What is asked about likeness and what is answered; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from inference.engine import EngineError

SHORTEST_SECONDS, LONGEST_SECONDS = 10.0, 600.0
"""Of a recording of a voice that is to be protected."""
PIECE_SECONDS, PIECES = 20.0, 3
"""What is listened to of a song: where most is sung."""


@dataclass(frozen=True, slots=True)
class Point:
    """A voice by one measure, as `speakers.Embedding`."""

    measure: str
    version: str
    vector: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Protected:
    """A voice that nobody may take: a name that the asker knows it by, and the voice by every measure there was."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Resemblance:
    """The protected voice that a recording is most like."""

    name: str
    """Empty when there was none to compare with."""
    similarity: float
    """−1..1."""
    measure: str
    """Name and version."""
    alike: bool
    """Whether that is near enough to be the same voice."""


class Fault(StrEnum):
    """Why a recording cannot stand for a voice; stable, for programs."""

    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    NO_VOICE = "no-voice"
    SEVERAL_VOICES = "several-voices"


class NotTaken(EngineError):
    """The recording cannot stand for a voice; the message is for whoever sent it."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Task:
    """A recording of a voice to learn, or a song to compare with voices."""

    source: Path
    folder: Path
    """Empty or missing; for what is needed meanwhile, and removed."""
    compare: bool
    """Whether the source is a song that is compared with `protected`; else the voice in it is learned."""
    protected: tuple[Protected, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was heard."""

    seconds: float
    """Of the recording; of a song, how much of it was listened to, 0 where nobody seems to sing."""
    points: tuple[Point, ...] = ()
    """Of a recording: the voice by every measure there is here."""
    nearest: Resemblance | None = None
    """Of a song; None where nobody seems to sing, or where nothing could be compared."""
    compared: bool = True
    """Whether all voices could be compared with; False where one was learned by measures that are not here."""
