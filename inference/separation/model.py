"""What a separation is: the methods there are, and what is said about a song that was taken apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from inference.engine import EngineError

if TYPE_CHECKING:
    from inference.engine import Samples

RATE = 44_100
"""Hz, of every file that comes in or goes out."""

VOCALS, ACCOMPANIMENT = "vocals.wav", "accompaniment.wav"
"""The files that `separate` writes."""

SEPARATING, LISTENING = "separating", "listening"
"""The stages that are reported."""

Report = Callable[[str, float], None]
"""Told the stage and the fraction of all that is done; what it raises ends the work."""

Split = Callable[["Samples"], "Samples"]
"""The vocals within a piece of a song, both (frames, 2) at `RATE`."""

Fact = float | str | bool | None


class Method(StrEnum):
    """The ways to take a song apart, simple to good."""

    CENTRE = "centre"
    """What both channels share, within the range of voices: quick, and blind in a mono recording."""
    BLEND = "blend"
    """Several cues together: position, repetition, harmonicity, the singer's pitch. Needs no weights."""
    DEMUCS = "demucs"
    """A neural network, where its library and weights are."""


class Singing(StrEnum):
    """Who is heard in a song."""

    NONE = "none"
    """Nobody sings."""
    ACCOMPANIED = "accompanied"
    """A voice, or several, with something beside."""
    ALONE = "alone"
    """One voice and nothing else."""


class Unavailable(EngineError):
    """This method cannot be used here and now; another one may."""


@dataclass(frozen=True, slots=True)
class Separated:
    """How a song was taken apart."""

    method: Method
    version: str
    """Changes whenever the same song would give other samples."""
    reason: str
    """For people: why this method, and why no better one."""
    facts: Mapping[str, Fact]
    """What was measured: "seconds", "channels" ("stereo" or "mono"), "side_db" (how much quieter the difference of the
    channels is than their sum), "correlation" of the channels, "vocal_db" (the vocals' level relative to the song;
    None for silence), "voice_presence" (0..1, how much of the time the vocals sound like a voice; a low value alone
    does not mean that nobody sings), "sung_share" (0..1, how much of the song lies in pieces in which somebody
    does)."""
    weights: str
    """Name and hash of a network's weights; empty for methods that have none."""
    singing: Singing = Singing.ACCOMPANIED
    """Who is heard. What is `ALONE` is all vocals, whatever the method. The centre method cannot tell that nobody sings
    in what sounds."""
