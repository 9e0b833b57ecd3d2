"""Makes what is shipped of the built-in performers anew: `python -m inference.performers.keeping`.

To be run after a change to the cast, to how they sing, or to what is learned of a voice; the tests tell when it was
forgotten.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from inference.audio.encode import write_mp3
from inference.performers import BUILT_IN, REFERENCE_RATE, Performer, midi, reference
from inference.performers.cast import TIMBRES
from inference.performers.shipped import LIKENESSES, MADE_OF, MATERIAL, likeness_key
from inference.performers.singing import LINES, Line, performed
from inference.provenance import tags
from inference.provenance.statement import SourceType, Statement
from inference.speakers.telling import VERSIONS, available, embed
from inference.voice import prints
from inference.voice.analysis import Floats
from inference.voice.learning import learn
from inference.voice.prints import VoicePrint

SAMPLE = (
    Line("Lend me your song and I will sing it", 0.35, 0.36),
    Line("Low as the valley, high as the morning", 0.65, 0.36),
)
"""What is sung in the samples."""
_MADE = "2026-11-22T00:00:00Z"
"""A fixed moment: the same performer gives the same file."""


def made_of(performer: Performer) -> str:
    """A hash of all that the cast says of a performer, and of what is sung: another one needs other material."""
    says = (performer, TIMBRES[performer.name], LINES, SAMPLE, prints.VERSION)
    return hashlib.sha256(repr(says).encode()).hexdigest()


def heard(performer: Performer) -> VoicePrint:
    """What is learned of a performer from the reference."""
    low, high = (440.0 * 2 ** ((midi(note) - 69) / 12) for note in performer.range)
    return learn([reference(performer)], REFERENCE_RATE, span=(low, high))


def likenesses(performer: Performer) -> Iterator[tuple[str, Floats]]:
    """The key and the vector of the reference by each measure that can be taken here."""
    for measure in available():
        key = likeness_key(performer.name, measure, VERSIONS[measure])
        yield key, embed(reference(performer), REFERENCE_RATE, measure).vector


def write_sample(performer: Performer, path: Path) -> None:
    """Write what people hear of a performer, with the tags that say that it is synthetic."""
    write_mp3(path, performed(performer, SAMPLE)[:, None], REFERENCE_RATE)
    statement = Statement(
        SourceType.ALGORITHMIC,
        engine="Refrain",
        engine_version=f"performers {prints.VERSION}",
        made=_MADE,
        licence=performer.licence,
        performer=performer.title,
    )
    tags.write(path, statement)


def keep(folder: Path = MATERIAL) -> None:
    """Write the material of all of them to `folder`."""
    folder.mkdir(exist_ok=True)
    vectors: dict[str, Floats] = {}
    for performer in BUILT_IN:
        (folder / f"{performer.name}.print").write_bytes(prints.to_bytes(heard(performer)))
        write_sample(performer, folder / f"{performer.name}.mp3")
        vectors.update(likenesses(performer))
    np.savez(folder / LIKENESSES, allow_pickle=False, **vectors)
    hashes = {performer.name: made_of(performer) for performer in BUILT_IN}
    (folder / MADE_OF).write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    keep()
