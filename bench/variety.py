"""How far songs differ: genres by ear and by score, songs within a genre, melodies; and whether the form is heard."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.figures import Figure
from bench.harness import hearing, scores
from inference import registry
from inference.engine import Request

GENRES = (
    "ambient", "blues", "bossa nova", "celtic", "classical", "drum and bass", "folk", "funk", "house", "jazz", "metal",
    "pop", "reggae", "trap",
)  # fmt: skip
SEEDS = (101, 102, 103, 104, 105)
SECONDS, LONG_SECONDS = 36.0, 100.0
PROMPTS = ("{} song", "some {}", "a {} track", "{} music", "{}")
BY_EAR, BY_SCORE, FORM = 70.0, 50.0, 90.0
NEAREST = 0.2
"""Songs of one genre are at least this share of the median distance between any two songs apart.

A copy under noise at −80 dB lies within 0.1: nearer songs would be copies to a listener.
"""
ALIKE = 0.5
"""Melodies that share half of their runs of four moves are the same tune; verses of one song share more."""
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Song:
    """What is wanted, and whether its features or its form are listened to."""

    genre: str
    prompt: str
    seed: int
    seconds: float
    form: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard and read in a song."""

    genre: str
    sound: hearing.Groups = field(default_factory=dict)
    copy: hearing.Groups = field(default_factory=dict)
    """The same song under noise at −80 dB."""
    page: hearing.Groups = field(default_factory=dict)
    melody: Sequence[scores.Token] = ()
    returns: bool | None = None
    """Whether the chorus was nearer to itself than to the verse."""


@dataclass(frozen=True, slots=True)
class _Quiet:
    folder: Path

    def progress(self, stage: str, fraction: float) -> None:
        """Nobody waits."""


def run(*, quick: bool) -> Iterator[Figure]:
    """Genres × seeds, made and heard in two processes."""
    try:
        import librosa  # noqa: F401
    except ImportError:
        yield Figure("variety", 0.0, hearing.INSTALL, ok=False)
        return
    genres, seeds = (GENRES[::2], SEEDS[:3]) if quick else (GENRES, SEEDS)
    seconds, longs = (14.0, SEEDS[:0]) if quick else (SECONDS, SEEDS[:2])
    wanted = [
        Song(genre, PROMPTS[i % len(PROMPTS)].format(genre), seed, seconds)
        for genre in genres
        for i, seed in enumerate(seeds)
    ]
    wanted += [Song(genre, genre, seed, LONG_SECONDS, form=True) for genre in genres for seed in longs]
    wanted += [Song(genre, genre, 7, 80.0, form=True) for genre in genres[3:5] if quick]
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        heard = list(pool.map(hear, wanted))
    short = [h for h in heard if h.sound]
    yield from judge(short)
    known = [h for h in heard if h.returns is not None]
    share = 100.0 * sum(bool(h.returns) for h in known) / max(1, len(known))
    yield Figure(
        f"chorus nearer to chorus than to verse, of {len(known)} songs", share, "%", f"≥ {FORM:g}", ok=share >= FORM
    )


def hear(song: Song) -> Heard:
    """Make a song and listen to it."""
    with tempfile.TemporaryDirectory(prefix="refrain-variety-") as folder:
        request = Request(song.prompt, song.seconds, song.seed)
        result = registry.get(registry.DEFAULT).generate(request, _Quiet(Path(folder)))
    assert result.score is not None
    x = hearing.mono(result.mix, result.sample_rate)
    if song.form:
        sections = [(s["theme"], s["start"], s["start"] + s["duration"]) for s in result.score["sections"]]
        return Heard(song.genre, returns=hearing.chorus_is_nearer(x, sections))
    noise = np.random.default_rng(song.seed).standard_normal(x.size).astype(np.float32) * np.float32(1e-4)
    lead = [n for t in result.score["tracks"] if t["stem"] == "lead" for n in t["notes"]]
    return Heard(
        song.genre,
        hearing.features(x),
        hearing.features(x + noise) if song.seed == SEEDS[0] else {},
        scores.features(result.score),
        scores.melody(lead),
    )


def judge(songs: Sequence[Heard]) -> Iterator[Figure]:
    """The figures of songs of 36 s."""
    genres = [s.genre for s in songs]
    apart = distances([s.sound for s in songs])
    yield _named("genre named by its sound, nearest of the others", genres, apart, BY_EAR)
    yield _named("genre named by its score", genres, distances([s.page for s in songs]), BY_SCORE)
    pairs = [(apart[i, j], i, j) for i, j in combinations(range(len(songs)), 2) if genres[i] == genres[j]]
    least, i, _ = min(pairs)
    yield Figure(f"nearest songs of one genre ({genres[i]}), of the median distance", round(float(least), 3), "×",
        f"≥ {NEAREST:g}", ok=bool(least >= NEAREST))  # fmt: skip
    copied = [i for i, s in enumerate(songs) if s.copy]
    both = distances([s.sound for s in songs] + [songs[i].copy for i in copied])
    furthest = max(float(both[i, len(songs) + place]) for place, i in enumerate(copied))
    yield Figure("a copy under noise, at most", round(furthest, 3), "×", f"< {NEAREST:g}", ok=furthest < NEAREST)
    tunes = [s for s in songs if len(s.melody) >= 8]
    alike, name = max((scores.likeness(a.melody, b.melody), a.genre) for a, b in combinations(tunes, 2))
    yield Figure(
        f"most alike of {len(tunes)} melodies ({name})", round(alike, 3), "", f"≤ {ALIKE:g}", ok=alike <= ALIKE
    )


def distances(songs: Sequence[hearing.Groups]) -> npt.NDArray[np.float64]:
    """Between all songs: standardised features, every group weighing the same, in units of the median distance."""
    total: npt.NDArray[np.float64] = np.zeros((len(songs), len(songs)))
    for group in songs[0]:
        table = np.stack([s[group] for s in songs])
        spread = table.std(axis=0)
        table = ((table - table.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)) / np.sqrt(table.shape[1])
        total += np.square(table[:, None, :] - table[None, :, :]).sum(axis=2)
    root = np.sqrt(total)
    return np.asarray(root / np.median(root[np.triu_indices(len(songs), 1)]))


def _named(metric: str, genres: Sequence[str], apart: npt.NDArray[np.float64], target: float) -> Figure:
    share = 100.0 * sum(genres[i] == genres[j] for i, j in enumerate(nearest(apart))) / len(genres)
    return Figure(metric, round(share, 1), "%", f"≥ {target:g}", ok=share >= target)


def nearest(apart: npt.NDArray[np.float64]) -> list[int]:
    """For every song the one nearest to it."""
    return [int(i) for i in np.argmin(apart + np.diag(np.full(len(apart), np.inf)), axis=1)]


def mistakes(genres: Sequence[str], apart: npt.NDArray[np.float64]) -> Mapping[str, Sequence[str]]:
    """Which genres each genre was taken for."""
    taken: dict[str, list[str]] = {}
    for i, j in enumerate(nearest(apart)):
        if genres[i] != genres[j]:
            taken.setdefault(genres[i], []).append(genres[j])
    return taken
