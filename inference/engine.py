"""What an engine is: a request goes in, audio comes out, and its capabilities say honestly what it can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    # Web processes import this module for the capabilities alone.
    import numpy as np
    import numpy.typing as npt

Samples: TypeAlias = "npt.NDArray[np.float32]"
"""Audio as float32, shape (frames, channels), full scale ±1."""


class Operation(StrEnum):
    """What can be done to make a version."""

    GENERATE = "generate"
    VARIATION = "variation"
    EXTEND = "extend"
    COVER = "cover"
    NEW_LYRICS = "new_lyrics"
    REFERENCE = "reference"
    REPAINT = "repaint"


class Device(StrEnum):
    """Where an engine runs; also the name of the job capability that workers subscribe to."""

    CPU = "cpu"
    GPU = "gpu"


class EngineError(Exception):
    """The engine cannot do this; the message is for the person who asked. `retryable` when another try may succeed."""

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable


class Cancelled(Exception):
    """Raised inside an engine, by `Context.progress`, when the work is no longer wanted."""


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms of an engine's weights or samples, and whether its output may be sold."""

    name: str
    url: str
    commercial: bool


@dataclass(frozen=True, slots=True)
class VoiceFact:
    """A voice that an engine sings with: its stable name, how people see it, and its range as "A2–E4"."""

    name: str
    title: str
    range: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do. Forms, quotes and routing are derived from this and from nothing else."""

    operations: frozenset[Operation]
    sung: bool
    instrumental: bool
    languages: frozenset[str]
    """ISO 639-1 codes of lyrics it can sing; empty when it cannot sing."""
    controls: frozenset[str]
    """Which optional fields of `Request` it honours: "tempo", "key", "genre", "mood", "seed", "meter", "instruments",
    "energy", "voice"."""
    minimum_seconds: int
    maximum_seconds: int
    sample_rate: int
    """Hz."""
    device: Device
    memory_mb: int
    """Peak memory of one job, on its device."""
    licence: Licence
    credits_per_minute: int
    genres: tuple[str, ...] = ()
    """Genres it knows by name, for people to choose from; others may still work in the prompt."""
    moods: tuple[str, ...] = ()
    """Moods it knows by name."""
    instruments: tuple[str, ...] = ()
    """Instruments it knows by name."""
    meters: tuple[str, ...] = ()
    """As "3/4"."""
    voices: tuple[VoiceFact, ...] = ()
    """Who can sing, low to high; empty when it chooses the voice itself."""
    understands: bool = False
    """Whether `inference.understanding` reads a prompt as this engine does."""
    needs_score: frozenset[Operation] = frozenset()
    """Of its operations those that work on the notes of a version: a recording that came without a score has none."""
    trained: bool = True
    """Whether what it makes comes from a model that was trained on recordings, and not from a program's own rules."""
    batch: int = 1
    """How many requests of one `length_class` it can make at once; above 1 it is a `BatchEngine`."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The version that an operation starts from: its folder of files as `Production` describes them."""

    folder: Path
    request: Request


@dataclass(frozen=True, slots=True)
class Request:
    """One song to make. Text is already validated for length and control characters."""

    prompt: str
    seconds: float
    """Length of the whole result: an extension's includes what it continues."""
    seed: int
    operation: Operation = Operation.GENERATE
    instrumental: bool = True
    lyrics: str = ""
    language: str = ""
    """ISO 639-1 code of the lyrics; empty: the engine guesses."""
    genre: str = ""
    mood: str = ""
    tempo: float | None = None
    """Beats a minute; None: read from the prompt, else chosen."""
    key: str = ""
    """As "E minor" or "Bb major"; empty: read from the prompt, else chosen."""
    meter: str = ""
    """As "3/4"; empty: read from the prompt, else the genre's."""
    instruments: tuple[str, ...] = ()
    """Empty: read from the prompt, else the genre's."""
    energy: float | None = None
    """0 still … 1 wild; None: read from the prompt, else the genre's."""
    voice: str = ""
    """A name among `Capabilities.voices`; empty: the engine chooses."""
    span: tuple[float, float] | None = None
    """What a repaint makes anew, in seconds of the parent."""
    other_seed: int | None = None
    """The seed to try once more when the first result misses what was asked; None when the person chose the seed."""
    parent: Parent | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """What only this engine understands, as JSON values."""


@dataclass(frozen=True, slots=True)
class Section:
    """A span of the song's form, in seconds."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Word:
    """A sung word and when it sounds, in seconds."""

    text: str
    start: float
    end: float
    line: int


@dataclass(frozen=True, slots=True)
class Result:
    """What an engine made.

    `mix` is mastered; stems are FLAC files inside the context's folder and sum to the mix before mastering.
    """

    mix: Samples
    sample_rate: int
    seed: int
    tempo: float | None
    key: str
    meter: str
    """As "4/4"; empty when unknown."""
    genre: str
    mood: str
    title: str
    """A short title the engine suggests."""
    stems: Mapping[str, Path]
    score: Mapping[str, Any] | None
    """The engine's score as JSON values; None for engines that have none."""
    sections: tuple[Section, ...]
    words: tuple[Word, ...]
    understood: Mapping[str, Any]
    """What was read from the prompt, for the user to see: {"tempo": 92, "instruments": ["guitar"], …}."""
    weights: str
    """Name and hash of weights or samples that were used."""
    parameters: Mapping[str, Any]
    """Everything else needed to make the same song again."""


class Context(Protocol):
    """What an engine is given besides the request."""

    @property
    def folder(self) -> Path:
        """An empty folder of its own, for stems and scratch files."""

    def progress(self, stage: str, fraction: float) -> None:
        """Report `fraction` (0..1, of all that the engine does, never going back).

        Raises `Cancelled` when the work is no longer wanted.
        """


class Engine(Protocol):
    """One way of making music. Instances are cheap; what is heavy is loaded by the first `generate` and kept."""

    @property
    def name(self) -> str:
        """Stable identifier, as stored with versions."""

    @property
    def title(self) -> str:
        """As people see it."""

    @property
    def version(self) -> str:
        """Changes whenever the same request would give other samples."""

    @property
    def capabilities(self) -> Capabilities: ...

    def generate(self, request: Request, context: Context) -> Result: ...


class BatchEngine(Engine, Protocol):
    """An engine that makes several songs in one pass."""

    def length_class(self, request: Request) -> str:
        """Requests with the same one may share a batch."""

    def generate_batch(self, items: Sequence[tuple[Request, Context]]) -> Sequence[Result | Exception]:
        """One outcome an item, in order: its result, or the error that is its alone.

        An item whose context raises `Cancelled` ends with that, at the next step, and the others go on undisturbed.
        What is raised concerns every item.
        """
