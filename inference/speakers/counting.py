"""How many voices are in a recording that should hold one, and whether there is one at all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from inference.audio.voice import VoiceMeter
from inference.speakers import encoder
from inference.speakers.voicing import TooLittle, sounding
from inference.speakers.weights import found, load

Floats = npt.NDArray[np.float32]

_LEAST_PRESENCE = 0.3
_APART_BELOW = 0.75
"""Of the two halves of one reader's recording, however they are split, no pair was measured below 0.86, of a singer's
over two octaves none below 0.78; those of two readers were at most 0.71."""
_LEAST_SHARE = 0.15


def voices_in(samples: Floats, rate: int) -> int:
    """How many people are heard in `samples` (mono, shape (frames,), at `rate` Hz): 0 for silence, noise or music.

    Voices are told apart only where the weights of the encoder are installed; without them a voice counts as one.
    Somebody heard for less than about a seventh of the time is not counted, nor are two who always speak at once.
    """
    try:
        heard = sounding(samples, rate)
    except TooLittle:
        return 0
    meter = VoiceMeter(encoder.RATE)
    meter.push(heard)
    presence = meter.presence()
    if presence is not None and presence < _LEAST_PRESENCE:
        return 0
    path = found()
    if path is None:
        return 1
    return _clusters(encoder.spans(heard, load(path)))


def _clusters(points: Floats, whole: int | None = None) -> int:
    """Into how many groups the points, shape (spans, dimensions), fall that are each of another voice."""
    whole = whole or len(points)
    if len(points) < 4:
        return 1
    labels = fcluster(linkage(points, "ward"), 2, "maxclust")
    parts = [points[labels == label] for label in (1, 2)]
    if min(len(part) for part in parts) < max(2, _LEAST_SHARE * whole):
        return 1
    apart = float(encoder.together(parts[0]) @ encoder.together(parts[1]))
    return sum(_clusters(part, whole) for part in parts) if apart < _APART_BELOW else 1
