"""Other chords for the same place: some are exchanged for relatives that share two of their tones."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from inference.engines.composer.theory import QUALITIES, Chord, Key

_CHANCE = 0.6
_RELATIVES: Mapping[str, str] = {
    "": "m", "m": "", "maj7": "m7", "m7": "maj7", "add9": "m7", "madd9": "add9", "6": "m7", "maj9": "m9", "m9": "maj9",
}  # fmt: skip
"""The quality of a relative; chords of other qualities have a duty that no other chord does."""


def varied(chords: Sequence[Chord], key: Key, first: float, last: float, rng: random.Random) -> tuple[Chord, ...]:
    """The chords with some of those between beats `first` and `last` exchanged; how it is entered and left stays."""
    within = [index for index, chord in enumerate(chords) if first <= chord.start < last]
    result = list(chords)
    for index in within[1:-1]:
        if rng.random() < _CHANCE:
            options = [c for c in _relatives(chords[index], key) if c.root != result[index - 1].root]
            result[index] = rng.choice(options) if options else chords[index]
    return tuple(result)


def _relatives(chord: Chord, key: Key) -> list[Chord]:
    quality = _RELATIVES.get(chord.quality)
    if quality is None:
        return []
    minor = 3 in QUALITIES[chord.quality]
    found: list[Chord] = []
    for interval in (3, -4) if minor else (-3, 4):
        root = (chord.root + interval) % 12
        tones = tuple((root + step) % 12 for step in QUALITIES[quality])
        if set(tones[:3]) <= set(key.scale):
            found.append(Chord(chord.start, chord.duration, root, root, quality, key.spell(root) + quality, tones))
    return found
