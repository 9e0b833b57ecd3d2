"""Whose voice is it: recordings into embeddings, and whether two of them are of one speaker."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from inference.speakers import encoder, spectral
from inference.speakers.model import Embedding, Measure, Verdict, similarity
from inference.speakers.voicing import sounding
from inference.speakers.weights import found, load

Floats = npt.NDArray[np.float32]

VERSIONS: Mapping[Measure, str] = {Measure.RESEMBLYZER: "0.1.4", Measure.SPECTRAL: "1"}
SAME_FROM: Mapping[Measure, float] = {Measure.RESEMBLYZER: 0.75, Measure.SPECTRAL: 0.67}
"""From which similarity on two recordings are of one speaker. Measured on 6 to 8 s of four readers: by the encoder the
same are at least 0.78 alike and others at most 0.72; by colour both meet at 0.67, about one in twenty wrong."""


def available() -> tuple[Measure, ...]:
    """The measures that can be taken here, best first."""
    return tuple(Measure) if found() else (Measure.SPECTRAL,)


def embed(samples: Floats, rate: int, measure: Measure | None = None) -> Embedding:
    """The voice in `samples` (mono, shape (frames,), at `rate` Hz), by `measure` or the best there is.

    Silences are left out; of more than ten minutes the first ten are heard. Raises TooLittle for less than a second of
    sound, BadWeights when those of the measure are damaged.
    """
    heard = sounding(samples, rate)
    measure = measure or available()[0]
    return Embedding(_vectors(heard, measure), measure, VERSIONS[measure])


def judge(a: Embedding, b: Embedding) -> Verdict:
    """Whether two voices are one; raises ValueError when they were not measured alike."""
    value = similarity(a, b)
    return Verdict(value >= SAME_FROM[a.measure], value, f"{a.measure} {a.version}")


def same_speaker(a: Floats, b: Floats, rate: int) -> Verdict:
    """Whether two recordings, mono at `rate` Hz, are of one speaker, by the best measure here; raises as `embed`."""
    return judge(embed(a, rate), embed(b, rate))


def _vectors(heard: Floats, measure: Measure) -> Floats:
    if measure is Measure.SPECTRAL:
        return spectral.embedded(heard)
    path = found()
    if path is None:
        raise ValueError("the weights of this measure are not installed")
    return encoder.together(encoder.spans(heard, load(path)))
