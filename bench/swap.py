"""Whether a swapped voice keeps the melody and the words, and sounds like the performer it was given to."""

from __future__ import annotations

import statistics
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench import singing
from bench.figures import Figure
from bench.harness.recogniser import INSTALL, Recogniser
from bench.harness.swap_speed import speed_figures
from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.voice.model import SAMPLE_RATE, KeyHandling

MOST_OF_FLOOR, LEAST_CORRELATION = 1.4, 0.97
LEAST_UNDERSTOOD, LEAST_NEAREST = 0.9, 0.8
MOST_FLOOR_CENTS, MOST_FLOOR_VOICING = 26.0, 3.8

_RATE, _HOP = 22_050, 256
_LOWEST, _HIGHEST = 65.0, 1100.0
_SINGERS, _QUICK_SINGERS = ("oak", "reed", "willow", "wren"), ("reed",)
_LINES, _QUICK_LINES = 5, 2
_QUICK_PERFORMERS = 4
_GAP = 0.4

Mono = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """A vocal, and the lines that are sung in it where they are known: text, first and last second."""

    name: str
    path: Path
    lines: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose voice is learned."""

    name: str
    recordings: tuple[Mono, ...]
    rate: int
    span: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Score:
    """One vocal's melody beside another's."""

    cents: float
    """Root mean square over the frames that both have a pitch in, after the transposition."""
    voicing: float
    """Per cent of frames that have a pitch in one only."""
    correlation: float
    """Of the logarithms of pitch, over the same frames as `cents`."""


def add_arguments(parser: ArgumentParser) -> None:
    """The bench's own options."""
    parser.add_argument("--vocals", type=Path, help="a real vocal to swap as well, a file of audio")
    parser.add_argument("--voices", type=Path, help="a folder with a folder of recordings for each person to learn")
    parser.add_argument(
        "--speed", action="store_true", help="how quickly whole songs are swapped, and in how much memory"
    )


def run(
    *, quick: bool, vocals: Path | None = None, voices: Path | None = None, speed: bool = False
) -> Iterator[Figure]:
    """Protocol: every source is sung by every performer, with the key fitted to the performer.

    *Melody*: librosa's pyin, which the converter does not use, hears source and result; errors are stated against the
    floor, which is the source merely analysed and synthesised by WORLD (Harvest, CheapTrick, D4C, their defaults),
    heard in the same way. No time warping, no octave folding, no smoothing. *Words*: the recogniser picks each line
    among ten, as in `bench singing`; the share for results is set against that for the sources. *Voice*: a conversion
    counts when, of all performers, its target's reference is the nearest by speaker embedding. Sources are lines that
    the composer's singers sing, and `--vocals`; performers are the built-in ones, and `--voices`.
    """
    if speed:
        yield from speed_figures(quick=quick)
        return
    try:
        import librosa  # noqa: F401 - asked for early, before the long work
    except ImportError as error:
        yield Figure(f"{INSTALL} ({error.name} is missing)", 0, "", ok=False)
        return
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as name:
        folder = Path(name)
        sources = [*_sung(folder, quick=quick), *_real(folder, vocals)]
        people = [*_built_in(_QUICK_PERFORMERS if quick else None), *_recorded(voices)]
        yield from _swapped(folder, sources, people)


def _swapped(folder: Path, sources: Sequence[Source], people: Sequence[Person]) -> Iterator[Figure]:
    from inference.speakers import embed, similarity
    from inference.voice.converting import convert
    from inference.voice.learning import learn

    recogniser = Recogniser()
    prints = {person.name: learn(person.recordings, person.rate, span=person.span) for person in people}
    likenesses = {person.name: embed(np.concatenate(person.recordings), person.rate) for person in people}
    nearest: dict[str, list[bool]] = {person.name: [] for person in people}
    source_words: list[bool] = []
    result_words: list[bool] = []
    for source in sources:
        melody = _melody(source.path)
        floor = _score(melody, _melody(_resynthesised(source.path, folder / "floor.wav")), 0.0)
        scores: dict[str, Score] = {}
        source_words += _understood(recogniser, source, source.path)
        for name, voice in prints.items():
            target = folder / "sung.wav"
            done = convert(source.path, target, voice, handling=KeyHandling.FIT, report=lambda stage, share: None)
            scores[name] = _score(melody, _melody(target), done.semitones)
            result_words += _understood(recogniser, source, target)
            likeness = embed(read(target, SAMPLE_RATE).mean(axis=1), SAMPLE_RATE)
            alike = {other: similarity(likeness, each) for other, each in likenesses.items()}
            nearest[name].append(max(alike, key=lambda other: alike[other]) == name)
        yield from _melodies(source, floor, scores, real=not source.lines)
    yield from _words(source_words, result_words)
    yield from _likenesses(nearest)


def _melodies(source: Source, floor: Score, scores: Mapping[str, Score], *, real: bool) -> Iterator[Figure]:
    limits = (f"≤ {MOST_FLOOR_CENTS:g}", f"≤ {MOST_FLOOR_VOICING:g}") if real else ("", "")
    yield Figure(
        f"{source.name}: floor, pitch error", round(floor.cents, 1), "cents", limits[0],
        ok=not real or floor.cents <= MOST_FLOOR_CENTS,
    )  # fmt: skip
    yield Figure(
        f"{source.name}: floor, voicing error", round(floor.voicing, 2), "%", limits[1],
        ok=not real or floor.voicing <= MOST_FLOOR_VOICING,
    )  # fmt: skip
    for what, unit, errors, lowest in (
        ("pitch error", "cents", {name: each.cents for name, each in scores.items()}, floor.cents),
        ("voicing error", "%", {name: each.voicing for name, each in scores.items()}, floor.voicing),
    ):
        worst = max(errors, key=lambda name: errors[name])
        ratio = errors[worst] / max(lowest, 1e-9)
        yield Figure(
            f"{source.name}: {what}, worst of {len(errors)} ({worst}; mean {statistics.fmean(errors.values()):.3g})",
            round(errors[worst], 2), unit, f"≤ {MOST_OF_FLOOR:g} × floor", ok=ratio <= MOST_OF_FLOOR,
            baseline=round(lowest, 2), ratio=round(ratio, 3),
        )  # fmt: skip
    lowest = min(each.correlation for each in scores.values())
    yield Figure(
        f"{source.name}: correlation of log pitch, the worst (floor {floor.correlation:.3f})", round(lowest, 4), "",
        f"≥ {LEAST_CORRELATION:g}", ok=lowest >= LEAST_CORRELATION,
    )  # fmt: skip


def _words(source: Sequence[bool], result: Sequence[bool]) -> Iterator[Figure]:
    if not source or not result:
        return
    before, after = statistics.fmean(source), statistics.fmean(result)
    yield Figure(
        f"understood, of {len(result)} lines (chance {singing.CHANCE:g}; baseline: the same {len(source)} before)",
        round(after, 3), "of 1", f"≥ {LEAST_UNDERSTOOD:g} × the source's", ok=after >= LEAST_UNDERSTOOD * before,
        baseline=round(before, 3), ratio=round(after / before, 3) if before else None,
    )  # fmt: skip


def _likenesses(nearest: Mapping[str, Sequence[bool]]) -> Iterator[Figure]:
    every = [hit for own in nearest.values() for hit in own]
    share = statistics.fmean(every)
    yield Figure(
        f"the target is the nearest of {len(nearest)} performers, of {len(every)} conversions", round(share, 3), "of 1",
        f"≥ {LEAST_NEAREST:g}", ok=share >= LEAST_NEAREST,
    )  # fmt: skip
    for name, own in nearest.items():
        yield Figure(f"  {name}", round(statistics.fmean(own), 2), "of 1")


def _sung(folder: Path, *, quick: bool) -> Iterator[Source]:
    """Lines that the composer's singers sing, one after the other."""
    from scipy.signal import resample_poly

    texts = [line for line in singing.OWN.read_text(encoding="utf-8").splitlines() if line.strip()]
    recogniser = Recogniser()
    texts = [line for line in texts if not recogniser.unknown(line)]
    for place, voice in enumerate(_QUICK_SINGERS if quick else _SINGERS):
        chosen = texts[place :: len(_SINGERS)][: _QUICK_LINES if quick else _LINES]
        parts: list[Mono] = []
        lines: list[tuple[str, float, float]] = []
        at = 0
        for each in singing.songs(voice, chosen, 1):
            divisor = int(np.gcd(SAMPLE_RATE, each.rate))
            samples = resample_poly(each.samples, SAMPLE_RATE // divisor, each.rate // divisor).astype(np.float32)
            lines.append((each.line, at / SAMPLE_RATE, (at + len(samples)) / SAMPLE_RATE))
            parts += [samples, np.zeros(round(_GAP * SAMPLE_RATE), np.float32)]
            at += len(samples) + len(parts[-1])
        path = folder / f"{voice}.wav"
        write_wave(path, np.repeat(np.concatenate(parts)[:, None], 2, axis=1), SAMPLE_RATE)
        yield Source(voice, path, tuple(lines))


def _real(folder: Path, vocals: Path | None) -> Iterator[Source]:
    if vocals is not None:
        write_wave(folder / "real.wav", read(vocals, SAMPLE_RATE), SAMPLE_RATE)
        yield Source(vocals.stem, folder / "real.wav")


def _built_in(most: int | None) -> Iterator[Person]:
    from inference.performers import BUILT_IN, REFERENCE_RATE, reference
    from inference.performers.notes import midi

    for performer in BUILT_IN if most is None else BUILT_IN[:: len(BUILT_IN) // most][:most]:
        low, high = (440.0 * 2 ** ((midi(note) - 69) / 12) for note in performer.range)
        yield Person(performer.name, (reference(performer),), REFERENCE_RATE, (low, high))


def _recorded(voices: Path | None) -> Iterator[Person]:
    for folder in sorted(each for each in (voices.iterdir() if voices else ()) if each.is_dir()):
        recordings = tuple(read(file, 24_000).mean(axis=1) for file in sorted(folder.iterdir()))
        yield Person(folder.name, recordings, 24_000, None)


def _resynthesised(source: Path, target: Path) -> Path:
    import pyworld

    mono = read(source, SAMPLE_RATE).mean(axis=1, dtype=np.float64)
    f0, times = pyworld.harvest(mono, SAMPLE_RATE)
    envelope = pyworld.cheaptrick(mono, f0, times, SAMPLE_RATE)
    again = pyworld.synthesize(f0, envelope, pyworld.d4c(mono, f0, times, SAMPLE_RATE), SAMPLE_RATE)
    write_wave(target, np.repeat(again[: len(mono), None], 2, axis=1).astype(np.float32), SAMPLE_RATE)
    return target


def _melody(path: Path) -> npt.NDArray[np.float64]:
    """Hz of each frame, 0 where there is no pitch, by pyin."""
    import librosa

    mono = read(path, _RATE).mean(axis=1)
    f0, voiced, _ = librosa.pyin(mono, fmin=_LOWEST, fmax=_HIGHEST, sr=_RATE, hop_length=_HOP)
    return np.where(voiced, f0, 0.0)


def _score(source: npt.NDArray[np.float64], result: npt.NDArray[np.float64], semitones: float) -> Score:
    count = min(len(source), len(result))
    before, after = source[:count], result[:count] / 2 ** (semitones / 12)
    both = (before > 0) & (after > 0)
    if both.sum() < 2:
        return Score(float("inf"), 100.0, 0.0)
    cents = 1200 * np.log2(after[both] / before[both])
    correlation = np.corrcoef(np.log(before[both]), np.log(after[both]))[0, 1]
    voicing = 100 * float(((before > 0) != (after > 0)).mean())
    return Score(float(np.sqrt((cents**2).mean())), voicing, float(correlation))


def _understood(recogniser: Recogniser, source: Source, path: Path) -> list[bool]:
    samples = read(path, SAMPLE_RATE).mean(axis=1)
    texts = [line for line in singing.OWN.read_text(encoding="utf-8").splitlines() if line.strip()]
    texts = [line for line in texts if not recogniser.unknown(line)]
    return [
        recogniser.pick(samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)], SAMPLE_RATE,
                        [line, *singing.decoys(line, texts)]) == line
        for line, start, end in source.lines
    ]  # fmt: skip
