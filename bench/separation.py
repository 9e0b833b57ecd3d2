"""How well songs are taken apart: signal to distortion of every method, beside REPET-SIM and centre masking."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.harness.repet import INSTALL, repet_sim
from inference import registry
from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import Request, Samples
from inference.separation.model import ACCOMPANIMENT, RATE, VOCALS, Method
from inference.separation.separating import separate

LEAST_VOCALS_DB, LEAST_INSTRUMENTAL_DB = 5.5, 13.0
LEAST_GAIN_DB = 1.5
LEAST_REAL_TIME_FACTOR = 3.0

_SECONDS = 45.0
_SEED = 300
_SONGS = (
    ("bright pop", "wren"),
    ("indie rock", "reed"),
    ("soul ballad", "willow"),
    ("disco", "oak"),
    ("folk with fingerpicked guitar", "wren"),
    ("slow blues", "oak"),
    ("synthwave", "reed"),
    ("reggae", "willow"),
    ("bossa nova", "wren"),
    ("country ballad", "oak"),
)
_QUICK_SONGS = 2
_LYRICS = """[verse]
There is a house beyond the hill where all the windows face the sea
And every evening someone leaves a lamp and half a song for me

[chorus]
Carry me over, carry me over
Water and wire and the edge of the snow
Carry me over, carry me over
Tell me the way and I will go

[verse]
The captain keeps a paper moon inside the pocket of his coat
He says that nothing ever sinks if somebody will sing afloat
"""


@dataclass(frozen=True, slots=True)
class Song:
    """A mix whose parts are known."""

    title: str
    mix: Samples
    vocals: Samples
    instrumental: Samples


@dataclass(frozen=True, slots=True)
class Score:
    """What one method made of one song."""

    vocals_db: float
    instrumental_db: float


def add_arguments(parser: ArgumentParser) -> None:
    """The bench's own options."""
    parser.add_argument("--mix", type=Path, help="a song of your own, together with the two options below")
    parser.add_argument("--vocals", type=Path, help="its vocals alone")
    parser.add_argument("--instrumental", type=Path, help="its accompaniment alone")


def run(
    *, quick: bool, mix: Path | None = None, vocals: Path | None = None, instrumental: Path | None = None
) -> Iterator[Figure]:
    """Protocol: signal to distortion is 10·log10(Σs² / Σ(s − ŝ)²) over the whole song and both channels, with nothing
    aligned or scaled.

    Songs of the composer, wide as it mixes them, are taken apart from the sum of their stems before mastering. The
    figure is the mean over songs of the vocals' gain over whichever of REPET-SIM (librosa's recipe) and centre masking
    does better in that song. Speed is of the wall, on two cores, listening and files included; processor time beside
    it. The table of every method goes to the standard error.
    """
    try:
        if mix and vocals and instrumental:
            yield from _own(_read_song(mix, vocals, instrumental))
        elif mix or vocals or instrumental:
            yield Figure("--mix, --vocals and --instrumental go together", 0, "", ok=False)
            return
        yield from _composed(quick)
    except ImportError as error:
        yield Figure(f"{INSTALL} ({error.name} is missing)", 0, "", ok=False)


def sdr(reference: Samples, estimate: Samples) -> float:
    """Signal to distortion, dB."""
    wrong = float(np.square(reference - estimate, dtype=np.float64).sum())
    return float(10 * np.log10(float(np.square(reference, dtype=np.float64).sum()) / max(wrong, 1e-20)))


def _own(song: Song) -> Iterator[Figure]:
    scores = {name: _score(song, method(song.mix)) for name, method in _methods().items()}
    _tell(song.title, scores)
    found = scores[Method.BLEND.value]
    for part, value, least in (
        ("vocals", found.vocals_db, LEAST_VOCALS_DB),
        ("instrumental", found.instrumental_db, LEAST_INSTRUMENTAL_DB),
    ):
        yield Figure(f"{part} of {song.title}, blend", round(value, 2), "dB", f"≥ {least}", value >= least)
    for name, score in scores.items():
        if name != Method.BLEND.value:
            yield Figure(f"vocals of {song.title}, {name}", round(score.vocals_db, 2), "dB")
            yield Figure(f"instrumental of {song.title}, {name}", round(score.instrumental_db, 2), "dB")


def _composed(quick: bool) -> Iterator[Figure]:  # noqa: FBT001
    gains: list[float] = []
    all_scores: list[Mapping[str, Score]] = []
    wall = worked = heard = 0.0
    for number, (prompt, voice) in enumerate(_SONGS[: _QUICK_SONGS if quick else None]):
        song = _compose(prompt, voice, _SEED + number, 20.0 if quick else _SECONDS)
        scores = {}
        for name, method in _methods().items():
            began, worked_before = time.perf_counter(), time.process_time()
            scores[name] = _score(song, method(song.mix))
            if name == Method.BLEND.value:
                wall += time.perf_counter() - began
                worked += time.process_time() - worked_before
                heard += song.mix.shape[0] / RATE
        _tell(song.title, scores)
        all_scores.append(scores)
        best = max(scores["REPET-SIM"].vocals_db, scores[Method.CENTRE.value].vocals_db)
        gains.append(scores[Method.BLEND.value].vocals_db - best)
    gain = statistics.mean(gains)
    yield Figure(
        "blend above the better of REPET-SIM and centre masking, mean",
        round(gain, 2),
        "dB",
        f"≥ {LEAST_GAIN_DB}",
        gain >= LEAST_GAIN_DB,
    )
    yield Figure("the same, worst song", round(min(gains), 2), "dB")
    for name in all_scores[0]:
        yield Figure(f"vocals, {name}", round(statistics.mean(each[name].vocals_db for each in all_scores), 2), "dB")
        value = statistics.mean(each[name].instrumental_db for each in all_scores)
        yield Figure(f"instrumental, {name}", round(value, 2), "dB")
    factor = heard / wall
    yield Figure(
        "blend, times real time",
        round(factor, 2),
        "×",
        f"≥ {LEAST_REAL_TIME_FACTOR:g}",
        factor >= LEAST_REAL_TIME_FACTOR,
    )
    yield Figure("the same by processor time", round(heard / worked, 2), "×")


def _methods() -> dict[str, Callable[[Samples], Samples]]:
    """What gives the vocals of a mix, by name."""
    found: dict[str, Callable[[Samples], Samples]] = {"nothing": lambda mix: mix, "REPET-SIM": repet_sim}
    for method in Method:
        if method is not Method.DEMUCS or os.environ.get("REFRAIN_NEURAL_DEVICE"):
            found[method.value] = partial(_by, method)
    return found


def _by(method: Method, mix: Samples) -> Samples:
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        folder = Path(temporary)
        write_wave(folder / "mix.wav", mix, RATE)
        done = separate(folder / "mix.wav", folder, method=method, report=lambda stage, fraction: None)
        if done.method is not method:
            print(f"{method.value} was not used: {done.reason}", file=sys.stderr)
        vocals, accompaniment = read(folder / VOCALS, RATE), read(folder / ACCOMPANIMENT, RATE)
    if np.abs(vocals + accompaniment - mix).max() > 1e-4:
        raise ValueError("the parts do not add up to the song")
    return vocals


def _score(song: Song, vocals: Samples) -> Score:
    return Score(sdr(song.vocals, vocals), sdr(song.instrumental, song.mix - vocals))


def _tell(title: str, scores: Mapping[str, Score]) -> None:
    row = "  ".join(f"{name} {score.vocals_db:5.2f} / {score.instrumental_db:5.2f}" for name, score in scores.items())
    print(f"{title:32} {row}  (vocals / instrumental, dB)", file=sys.stderr)


def _read_song(mix: Path, vocals: Path, instrumental: Path) -> Song:
    parts = [read(path, RATE) for path in (mix, vocals, instrumental)]
    shortest = min(part.shape[0] for part in parts)
    return Song(mix.stem, *(part[:shortest] for part in parts))


def _compose(prompt: str, voice: str, seed: int, seconds: float) -> Song:
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        request = Request(
            prompt=prompt,
            seconds=seconds,
            seed=seed,
            instrumental=False,
            lyrics=_LYRICS,
            language="en",
            voice=voice,
        )
        result = registry.get(registry.DEFAULT).generate(request, _Context(Path(temporary)))
        stems = {name: read(path, RATE) for name, path in result.stems.items()}
    vocals = stems.pop("vocals")
    instrumental: Samples = np.stack(list(stems.values())).sum(axis=0)
    return Song(f"{prompt}, {voice}", vocals + instrumental, vocals, instrumental)


class _Context:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def progress(self, stage: str, fraction: float) -> None:
        """Nobody waits."""
