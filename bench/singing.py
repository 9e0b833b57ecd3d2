"""Whether the voice sings in tune, on time, and so that the words are understood, heard in the vocal stems of songs."""

from __future__ import annotations

import math
import random
import statistics
import sys
import tempfile
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.figures import Figure
from bench.harness.recogniser import INSTALL, Recogniser, plain
from inference import registry
from inference.audio.decode import read
from inference.engine import Request, Word

CANDIDATES = 10
MOST_CENTS, MOST_ONSET_MS, LEAST_UNDERSTOOD = 25.0, 80.0, 0.75
CHANCE = 1 / CANDIDATES

OWN = Path(__file__).with_suffix(".txt")
_GENRES: Mapping[str, Sequence[str]] = {
    "oak": ("country ballad", "slow blues", "folk with fingerpicked guitar"),
    "reed": ("indie rock", "bright pop", "laid-back reggae"),
    "willow": ("lo-fi, rainy evening", "bossa nova", "quiet folk"),
    "wren": ("happy pop", "disco", "soul ballad"),
}
"""What each voice sings, one song a prompt; the lines are dealt to the songs in turn."""
_SECONDS_A_LINE, _SHORTEST, _LONGEST = 7.5, 30.0, 240.0
_LINES_A_SONG = 30
_QUICK_LINES = 4
_SEED = 11
_PADDING = 0.15
"""Seconds around a line that its recogniser hears."""
_PITCH_RATE, _PITCH_HOP = 22_050, 256


@dataclass(frozen=True, slots=True)
class Sung:
    """A line as it was sung."""

    voice: str
    line: str
    samples: npt.NDArray[np.float32]
    """Mono, from `start` of the song on."""
    rate: int
    start: float
    words: tuple[Word, ...]
    notes: tuple[tuple[float, float, float], ...]
    """Start, duration (seconds of the song) and MIDI pitch, by the score."""


def add_arguments(parser: ArgumentParser) -> None:
    """The bench's own options."""
    parser.add_argument(
        "--lines", type=Path, help="a text of English lines, one a row, at least eleven, instead of ours"
    )


def run(*, quick: bool, lines: Path | None = None) -> Iterator[Figure]:
    """Protocol: each voice sings every line in songs that the composer writes for it; stems are cut at the word times.

    *Pitch*: librosa's pyin against the score, over the frames it finds voiced within a note; the median of the absolute
    errors, octaves not folded. *Onsets*: the recogniser aligns the line it is told to the stem; the median distance of
    its word beginnings to those that the song states, lines it cannot align left out and counted. *Understood*: the
    recogniser, restricted by a grammar to the line and nine decoys of like length (the nearest in words, ties broken by
    a fixed shuffle), with its default settings, names the line; plain espeak-ng speech goes the same way as baseline.
    Misses are told on the standard error.
    """
    texts = [line.strip() for line in (lines or OWN).read_text(encoding="utf-8").splitlines() if line.strip()]
    try:
        recogniser = Recogniser()
        texts = [line for line in texts if not recogniser.unknown(line)]
        if quick:
            spread = max(1, len(texts) // (len(_GENRES) * _QUICK_LINES))
            sung = [
                line
                for place, voice in enumerate(_GENRES)
                for line in songs(voice, texts[place::4][::spread][:_QUICK_LINES], 1)
            ]
        else:
            sung = [line for voice in _GENRES for line in songs(voice, texts, len(_GENRES[voice]))]
        yield from _tuning(sung, every=2 if quick else 4)
        yield from _timing(sung, recogniser)
        yield from _understanding(sung, texts, recogniser)
    except ImportError as error:
        yield Figure(f"{INSTALL} ({error.name} is missing)", 0, "", ok=False)


def decoys(line: str, texts: Sequence[str]) -> list[str]:
    """Nine other lines with as nearly the same number of words as there are, always the same ones."""
    length = len(line.split())
    others = [other for other in texts if other != line]
    shuffled = random.Random(plain(line)).sample(others, len(others))  # noqa: S311 - a draw, not a secret
    return sorted(shuffled, key=lambda other: abs(len(other.split()) - length))[: CANDIDATES - 1]


class _Context:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def progress(self, stage: str, fraction: float) -> None:
        """Nobody waits."""


def songs(voice: str, texts: Sequence[str], count: int) -> Iterator[Sung]:
    """The lines that were sung in `count` songs by this voice, each once."""
    for number, prompt in enumerate(_GENRES[voice][:count]):
        mine = texts[number::count]
        for first in range(0, len(mine), _LINES_A_SONG):
            part = mine[first : first + _LINES_A_SONG]
            request = Request(
                prompt=prompt,
                seconds=min(max(_SECONDS_A_LINE * len(part) + 12.0, _SHORTEST), _LONGEST),
                seed=_SEED + number,
                instrumental=False,
                lyrics="\n".join(f"{_heading(row)}{line}" for row, line in enumerate(part)),
                language="en",
                voice=voice,
            )
            yield from _lines(request, part)


def _heading(row: int) -> str:
    """Verses and bridges in turn, eight lines each: nothing is repeated."""
    return ("\n[verse]\n" if row % 16 == 0 else "\n[bridge]\n") if row % 8 == 0 else ""


def _lines(request: Request, texts: Sequence[str]) -> Iterator[Sung]:
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as folder:
        result = registry.get(registry.DEFAULT).generate(request, _Context(Path(folder)))
        rate = result.sample_rate
        stem = read(result.stems["vocals"], rate)
    words: dict[int, list[Word]] = defaultdict(list)
    for word in result.words:
        words[word.line].append(word)
    notes = _notes(result.score or {})
    by_text = {plain(line): line for line in texts}
    for own in words.values():
        line = by_text.pop(plain(" ".join(word.text for word in own)), None)
        if line is None:
            continue
        start, end = max(own[0].start - _PADDING, 0.0), own[-1].end + _PADDING
        samples = stem[round(start * rate) : round(end * rate)].mean(axis=1)
        inside = tuple(note for note in notes if start <= note[0] < end - _PADDING)
        yield Sung(request.voice, line, samples, rate, start, tuple(own), inside)


def _notes(score: Mapping[str, Any]) -> list[tuple[float, float, float]]:
    (track,) = (each for each in score["tracks"] if each["stem"] == "vocals")
    return [(note["start"], note["duration"], float(note["pitch"])) for note in track["notes"]]


def _tuning(sung: Sequence[Sung], every: int) -> Iterator[Figure]:
    errors = {voice: [error for each in own[::every] for error in _cents(each)] for voice, own in _by_voice(sung)}
    yield _at_most("pitch error, median", _median(errors), "cents", MOST_CENTS)
    for voice, own in errors.items():
        yield Figure(f"  {voice}", round(statistics.median(own), 1), "cents")


def _cents(sung: Sung) -> list[float]:
    """The absolute error of every voiced frame within a note."""
    import librosa

    samples = librosa.resample(sung.samples, orig_sr=sung.rate, target_sr=_PITCH_RATE)
    f0, voiced, _ = librosa.pyin(samples, fmin=60.0, fmax=1000.0, sr=_PITCH_RATE, hop_length=_PITCH_HOP)
    times = sung.start + np.arange(len(f0)) * _PITCH_HOP / _PITCH_RATE
    errors: list[float] = []
    for start, duration, pitch in sung.notes:
        inside = voiced & (times >= start) & (times < start + duration)
        errors += np.abs(1200.0 * np.log2(f0[inside] / 440.0) - 100.0 * (pitch - 69.0)).tolist()
    return errors


def _timing(sung: Sequence[Sung], recogniser: Recogniser) -> Iterator[Figure]:
    errors: dict[str, list[float]] = defaultdict(list)
    aligned = 0
    for each in sung:
        onsets = recogniser.onsets(each.samples, each.rate, each.line)
        if len(onsets) == len(each.words):
            aligned += 1
            stated = [word.start - each.start for word in each.words]
            errors[each.voice] += [1000.0 * abs(a - b) for a, b in zip(onsets, stated, strict=True)]
    yield _at_most("word onset error, median", _median(errors), "ms", MOST_ONSET_MS)
    for voice, own in errors.items():
        yield Figure(f"  {voice}", round(statistics.median(own), 1), "ms")
    yield Figure("  lines that could be aligned", round(aligned / max(len(sung), 1), 3), "of 1")


def _understanding(sung: Sequence[Sung], texts: Sequence[str], recogniser: Recogniser) -> Iterator[Figure]:
    spoken = {line: _understood(*_spoken(line), line, texts, recogniser) for line in {each.line for each in sung}}
    right: dict[str, list[bool]] = defaultdict(list)
    for each in sung:
        right[each.voice].append(_understood(each.samples, each.rate, each.line, texts, recogniser))
        if not right[each.voice][-1]:
            sys.stderr.write(f"not understood: {each.voice}: {each.line}\n")
    rate = statistics.fmean(known for own in right.values() for known in own) if right else 0.0
    speech = statistics.fmean(spoken.values()) if spoken else 0.0
    yield Figure(
        f"understood, of {len(sung)} lines (chance {CHANCE:g}; baseline: the same lines spoken)",
        round(rate, 3),
        "of 1",
        target=f"≥ {LEAST_UNDERSTOOD:g}",
        ok=rate >= LEAST_UNDERSTOOD,
        baseline=round(speech, 3),
        ratio=round(rate / speech, 3) if speech else None,
    )
    for voice, known in right.items():
        low, high = _interval(statistics.fmean(known), len(known))
        yield Figure(
            f"  {voice}, of {len(known)} (95 %: {low:.2f} to {high:.2f})", round(statistics.fmean(known), 3), "of 1"
        )


def _understood(
    samples: npt.NDArray[np.float32], rate: int, line: str, texts: Sequence[str], recogniser: Recogniser
) -> bool:
    return recogniser.pick(samples, rate, [line, *decoys(line, texts)]) == line


def _spoken(line: str) -> tuple[npt.NDArray[np.float32], int]:
    from inference.singing.espeak import SAMPLE_RATE, speak

    return np.frombuffer(speak(line, "en-us").samples, np.int16).astype(np.float32) / 32768.0, SAMPLE_RATE


def _by_voice(sung: Sequence[Sung]) -> Iterator[tuple[str, list[Sung]]]:
    for voice in _GENRES:
        own = [each for each in sung if each.voice == voice]
        if own:
            yield voice, own


def _interval(share: float, count: int) -> tuple[float, float]:
    """E. B. Wilson's interval for a share (1927), at 95 %."""
    z = 1.96
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return middle - half, middle + half


def _median(values: Mapping[str, Sequence[float]]) -> float:
    every = [value for own in values.values() for value in own]
    return statistics.median(every) if every else math.inf


def _at_most(metric: str, value: float, unit: str, limit: float) -> Figure:
    return Figure(metric, round(value, 1), unit, target=f"≤ {limit:g}", ok=value <= limit)
