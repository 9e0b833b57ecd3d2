"""From a stranger's file to the files and facts of a version, in one pass that keeps little in memory."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import av

from inference import stages
from inference.audio.encode import integers_16
from inference.audio.measure import SHORTEST_SECONDS, Meter
from inference.audio.streams import even, feed
from inference.decoding.model import CHANNELS, SAMPLE_RATE, Limits, Reason, Refused, SourceFacts
from inference.decoding.stream import open_untrusted
from inference.disk import is_full
from inference.engine import EngineError, Samples
from inference.files import files_of, filling
from inference.normalising.ceiling import Ceiling
from inference.normalising.model import Normalised
from inference.normalising.picture import redrawn
from inference.renditions import renditions

Report = Callable[[str, float], None]
"""Told the stage and the fraction of the whole; raises `Cancelled` when the work is no longer wanted."""

_HEARD, _MEASURED = 0.95, 0.98
_BYTES_A_SECOND = 6 * SAMPLE_RATE + 80_000
"""Of the master when nothing can be packed, and of MP3 and HLS."""
_SPARE_BYTES = 64 * 1024**2
_SIXTEEN_BITS = frozenset({"mp3float", "pcm_s16le", "pcm_u8", "pcm_s8", "pcm_alaw", "pcm_mulaw"})
"""Decoders of what has no more than 16 bits a sample to tell; 16-bit FLAC packs as small with 24."""
_TOO_SHORT = "This file holds less than a tenth of a second of sound."


class NoSpace(EngineError):
    """There is too little room on the disk to work; another try may succeed."""

    def __init__(self) -> None:
        super().__init__("There is too little free space here to prepare this file.", retryable=True)


def normalise(
    source: Path,
    folder: Path,
    *,
    report: Report,
    should_stop: Callable[[], bool] = lambda: False,
    limits: Limits = Limits(),  # noqa: B008 - frozen
) -> Normalised:
    """Decode `source`, which nobody has looked into, and leave in `folder` exactly the files of the result.

    `folder` is made when missing and must be empty. When anything goes wrong it is removed, with all that is in it.
    Raises Refused, DecoderFailed, NoSpace, Cancelled, and what `report` raises.
    """
    with filling(folder), _space_told():
        report(stages.DECODING, 0.0)
        with open_untrusted(source, limits=limits, should_stop=should_stop) as decoding:
            facts, picture = decoding.facts, decoding.picture
            seconds = min(facts.claimed_seconds or limits.seconds, limits.seconds)
            if shutil.disk_usage(folder).free < seconds * _BYTES_A_SECOND + _SPARE_BYTES:
                raise NoSpace
            heard = _Heard(folder, facts)
            heard.hear(_told(decoding, seconds, report))
        report(stages.MEASURING, _HEARD)
        result = heard.result()
        report(stages.MEASURING, _MEASURED)
        result = replace(result, files=tuple(files_of(folder)), picture=redrawn(picture) if picture else None)
        report(stages.MEASURING, 1.0)
        return result


class _Heard:
    """Everything that hears the song."""

    def __init__(self, folder: Path, facts: SourceFacts) -> None:
        self._facts = facts
        self._ceiling = Ceiling()
        self._digest = _Digest()
        self._meter = Meter(SAMPLE_RATE, CHANNELS)
        bits = 16 if facts.codec in _SIXTEEN_BITS else 24
        self._sinks = [*renditions(folder, SAMPLE_RATE, CHANNELS, bits=bits), self._meter, self._digest]

    def hear(self, pieces: Iterable[Samples]) -> None:
        feed(self._ceiling.under(even(pieces)), self._sinks)

    def result(self) -> Normalised:
        """All but the files and the picture; Refused when there was next to nothing to hear."""
        if self._meter.seconds < SHORTEST_SECONDS:
            raise Refused(Reason.EMPTY, _TOO_SHORT)
        return Normalised(
            source=self._facts,
            measured=self._meter.measured(),
            files=(),
            audio_sha256=self._digest.hexdigest(),
            overs=self._ceiling.overs,
        )


class _Digest:
    """Tells a recording from others."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def push(self, block: Samples) -> None:
        self._hash.update(integers_16(block).astype("<i2").tobytes())

    def close(self) -> None: ...

    def hexdigest(self) -> str:
        return self._hash.hexdigest()


def _told(pieces: Iterable[Samples], seconds: float, report: Report) -> Iterator[Samples]:
    """The pieces, telling how far they are in about `seconds`."""
    frames = 0
    for piece in pieces:
        yield piece
        frames += piece.shape[0]
        report(stages.NORMALISING, _HEARD * min(1.0, frames / (seconds * SAMPLE_RATE)))


@contextmanager
def _space_told() -> Iterator[None]:
    """A full disk is told as NoSpace."""
    try:
        yield
    except (OSError, av.FFmpegError) as error:
        if is_full(error):
            raise NoSpace from error
        raise
