"""What is shipped of the built-in performers: heard once, by `inference.performers.keeping`, so that nobody waits.

Importing this imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from inference.engine import EngineError
from inference.performers.cast import TIMBRES
from inference.performers.model import Performer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference.speakers.model import Embedding, Measure
    from inference.voice.prints import VoicePrint

MATERIAL = Path(__file__).with_name("material")
LIKENESSES, MADE_OF = "likenesses.npz", "made_of.json"


@dataclass(frozen=True, slots=True, eq=False)
class Shipped:
    """What a performer's reference was found to be."""

    print: VoicePrint
    likenesses: Mapping[Measure, Embedding]
    """By every measure there is."""


def sample(performer: Performer) -> Path:
    """About ten seconds of a built-in performer to hear, MP3; EngineError for anybody else."""
    return MATERIAL / f"{_known(performer.name)}.mp3"


@lru_cache(maxsize=4)
def shipped(name: str) -> Shipped:
    """What is known of a built-in performer; EngineError for anybody else."""
    import numpy as np

    from inference.speakers.model import Embedding, Measure
    from inference.speakers.telling import VERSIONS
    from inference.voice import prints

    voice = prints.from_bytes((MATERIAL / f"{_known(name)}.print").read_bytes())
    with np.load(MATERIAL / LIKENESSES, allow_pickle=False) as vectors:
        likenesses = {
            measure: Embedding(vectors[key], measure, VERSIONS[measure])
            for measure in Measure
            if (key := likeness_key(name, measure, VERSIONS[measure])) in vectors
        }
    return Shipped(voice, likenesses)


def likeness_key(name: str, measure: str, version: str) -> str:
    """What a performer's embedding by a measure is called in the file of all."""
    return f"{name} {measure} {version}"


def _known(name: str) -> str:
    if name not in TIMBRES:
        raise EngineError("There is no performer of this name.")
    return name
