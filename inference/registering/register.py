"""Checks who speaks in recordings, and learns the voice."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from inference import stages
from inference.audio.encode import write_mp3
from inference.decoding.model import Limits, Reason, Refused
from inference.decoding.stream import open_untrusted
from inference.files import filling
from inference.hearing.words import picked
from inference.likeness.comparing import points_of, taken
from inference.registering.model import (
    LONGEST_CONSENT_SECONDS,
    LONGEST_SECONDS,
    PROTECTED,
    SHORTEST_CONSENT_SECONDS,
    SHORTEST_SECONDS,
    Fault,
    NotTaken,
    Registered,
    Task,
)
from inference.speakers import same_speaker, voices_in
from inference.voice.learning import learn
from inference.voice.model import BadRecording
from inference.voice.prints import VoicePrint, to_bytes

RATE = 44_100
PRINT, SAMPLE = "print", "sample.mp3"
SAMPLE_SECONDS = 10.0
CHECKING, LEARNING = "checking", "learning"
_WORDS_RATE = 16_000
_NOTES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

Mono = npt.NDArray[np.float32]
Report = Callable[[str, float], None]


def register(task: Task, *, report: Report, should_stop: Callable[[], bool] = lambda: False) -> Registered:
    """Check the recordings and leave print and sample in the task's folder, or nothing of it.

    Raises NotTaken, Refused when a file cannot be read, DecoderFailed, and what `report` raises.
    """
    with filling(task.folder):
        report(stages.DECODING, 0.0)
        consent = _decoded(task.consent, LONGEST_CONSENT_SECONDS, should_stop)
        samples = []
        for place, path in enumerate(task.samples, start=1):
            samples.append(_decoded(path, LONGEST_SECONDS, should_stop))
            report(stages.DECODING, 0.2 * place / len(task.samples))
        seconds = _lengths(consent, samples)
        report(CHECKING, 0.2)
        _check_sentence(consent, task)
        report(CHECKING, 0.4)
        similarity, measure = _check_voices(consent, samples, report)
        spoken, sung = points_of(consent, RATE), points_of(np.concatenate(samples), RATE)
        if taken(spoken, sung, task.protected) is not None:
            raise NotTaken(Fault.PROTECTED_VOICE, PROTECTED)
        report(LEARNING, 0.7)
        voice = _learned(samples)
        kept = to_bytes(voice)
        (task.folder / PRINT).write_bytes(kept)
        report(LEARNING, 0.95)
        write_mp3(task.folder / SAMPLE, _excerpt(samples), RATE)
        report(LEARNING, 1.0)
        return Registered(
            consent_sha256=_digest(task.consent.read_bytes()),
            print_sha256=_digest(kept),
            similarity=similarity,
            measure=measure,
            seconds=seconds,
            lowest=_note(voice.low),
            highest=_note(voice.high),
            spoken=spoken,
            sung=sung,
        )


def _decoded(path: Path, longest: float, should_stop: Callable[[], bool]) -> Mono:
    """A recording as mono at `RATE`; NotTaken when it is too long."""
    try:
        with open_untrusted(path, limits=Limits(seconds=longest), should_stop=should_stop) as decoding:
            return np.concatenate([block.mean(axis=1, dtype=np.float32) for block in decoding])
    except Refused as refused:
        if refused.reason is Reason.TOO_LONG:
            raise NotTaken(Fault.TOO_LONG, f"A recording lasts longer than {longest:.0f} seconds.") from refused
        raise


def _lengths(consent: Mono, samples: Sequence[Mono]) -> float:
    """The seconds of all but the sentence; NotTaken when something is too short or too long."""
    if len(consent) < SHORTEST_CONSENT_SECONDS * RATE:
        raise NotTaken(Fault.TOO_SHORT, "The recording of the sentence is too short to hold it.")
    seconds = sum(len(each) for each in samples) / RATE
    if seconds < SHORTEST_SECONDS:
        raise NotTaken(
            Fault.TOO_SHORT, f"Record at least {SHORTEST_SECONDS:.0f} seconds of anything; a minute is best."
        )
    if seconds > LONGEST_SECONDS:
        raise NotTaken(Fault.TOO_LONG, f"Ten minutes of recordings are enough; these last {seconds / 60:.0f}.")
    return seconds


def _check_sentence(consent: Mono, task: Task) -> None:
    """The recogniser picks the sentence among others of its form, so that nobody else's recording will do."""
    if not np.abs(consent).max(initial=0.0):
        raise NotTaken(Fault.NO_VOICE, "The recording of the sentence is silent.")
    heard = resample_poly(consent, _WORDS_RATE // 100, RATE // 100).astype(np.float32)
    if not picked(heard, task.sentence, task.others):
        raise NotTaken(
            Fault.SENTENCE_NOT_HEARD, "We did not hear the sentence. Read it aloud, word for word, in a quiet room."
        )


def _check_voices(consent: Mono, samples: Sequence[Mono], report: Report) -> tuple[float, str]:
    """One voice everywhere, and the same: the least likeness and its measure; NotTaken otherwise."""
    for recording, what in ((consent, "the sentence"), *((sample, "your recordings") for sample in samples)):
        heard = voices_in(recording, RATE)
        if heard < 1:
            raise NotTaken(Fault.NO_VOICE, f"There is no voice alone in the recording of {what}.")
        if heard > 1:
            raise NotTaken(Fault.SEVERAL_VOICES, f"There is more than one voice in the recording of {what}.")
    report(CHECKING, 0.55)
    verdicts = [same_speaker(consent, sample, RATE) for sample in samples]
    if not all(verdict.same for verdict in verdicts):
        raise NotTaken(Fault.ANOTHER_VOICE, "The sentence is read by another voice than that of the recordings.")
    least = min(verdicts, key=lambda verdict: verdict.similarity)
    return float(least.similarity), least.measure


def _learned(samples: Sequence[Mono]) -> VoicePrint:
    try:
        return learn(samples, RATE)
    except BadRecording as bad:
        raise NotTaken(Fault.BAD_RECORDING, str(bad)) from bad


def _excerpt(samples: Sequence[Mono]) -> npt.NDArray[np.float32]:
    """A few seconds from the first recording, a little after its start, at half of full scale."""
    length = int(SAMPLE_SECONDS * RATE)
    first = max(samples, key=len)
    start = max(0, min(len(first) // 10, len(first) - length))
    piece = first[start : start + length]
    return np.repeat((0.5 / max(float(np.abs(piece).max(initial=0.0)), 1e-6) * piece)[:, None], 2, axis=1)


def _note(hertz: float) -> str:
    """The nearest note, as "A2" or "C♯3"; A4 is 440 Hz."""
    octave, step = divmod(round(12 * math.log2(hertz / 440.0)) + 69, 12)
    return f"{_NOTES[step]}{octave - 1}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
