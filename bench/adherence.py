"""Whether songs have the tempo, key and loudness asked for: two estimators hear the first results."""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.harness import estimators
from inference import registry
from inference.client import EngineProcess
from inference.engine import EngineError, Request

SECONDS = 30.0
SEED = 7
TEMPO_TOLERANCE = 0.04
OCTAVES = (0.5, 1.0, 2.0)
"""Heard over asked: a listener may tap half or double the tempo. Nothing else is folded."""
LEAST_TEMPO, LEAST_KEY = 0.95, 0.85
LOUDNESS_LUFS, LOUDNESS_TOLERANCE_LU, HIGHEST_TRUE_PEAK_DBTP = -14.0, 0.5, -1.0

_OWN = Path(__file__).with_suffix(".jsonl")
_QUICK = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """One prompt, and what it asks for."""

    prompt: str
    tempo: float | None = None
    key: str = ""
    seconds: float = SECONDS
    lyrics: str = ""

    @property
    def tonality(self) -> tuple[int, bool]:
        """Pitch class of the tonic, and whether the key is minor."""
        name, _, mode = self.key.partition(" ")
        return estimators.tonic_of(name), mode == "minor"


@dataclass(frozen=True, slots=True)
class Heard:
    """What the estimators made of one song, by their names."""

    asked: Asked
    estimates: dict[str, estimators.Estimate]
    level: estimators.Level


def add_arguments(parser: ArgumentParser) -> None:
    """The bench's own options."""
    parser.add_argument("--prompts", type=_file, help='JSON lines: {"prompt", "tempo"?, "key"?, "seconds"?, "lyrics"?}')


def _file(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise ArgumentTypeError(f"there is no file {name}")
    return path


def run(*, quick: bool, prompts: Path | None = None) -> Iterator[Figure]:
    """Shares of the prompts that name a tempo or a key, by estimator; every miss is told on the standard error."""
    wanted = list(read_prompts(prompts or _OWN))
    if quick:
        wanted = wanted[:: max(1, len(wanted) // _QUICK)][:_QUICK]
    try:
        songs = list(_songs(wanted, 16.0 if quick else None))
    except ImportError as error:
        yield Figure(f"{estimators.NEEDED} ({error.name} is missing)", 0, "", ok=False)
        return
    for name in (*estimators.ESTIMATORS, "both"):
        yield from _figures(name, songs)
    yield from _levels(songs)


def read_prompts(path: Path) -> Iterator[Asked]:
    """Every prompt of a file of JSON lines; ValueError names the first line that is none."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            value: dict[str, Any] = json.loads(line)
            tempo = value.get("tempo")
            yield Asked(
                str(value["prompt"]),
                float(tempo) if tempo is not None else None,
                str(value.get("key") or ""),
                float(value.get("seconds") or SECONDS),
                str(value.get("lyrics") or ""),
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"line {number} of {path.name} is no prompt: {error}") from error


def _songs(wanted: list[Asked], at_most: float | None) -> Iterator[Heard]:
    """Each song is heard while the next one is made."""
    with (
        tempfile.TemporaryDirectory(prefix="refrain-bench-") as folder,
        EngineProcess() as process,
        ThreadPoolExecutor(1) as maker,
    ):
        making = [
            maker.submit(_made, process, asked, Path(folder) / str(number), at_most)
            for number, asked in enumerate(wanted)
        ]
        for asked, future in zip(wanted, making, strict=True):
            master = future.result()
            estimates = {name: estimate(master) for name, estimate in estimators.ESTIMATORS.items()}
            heard = Heard(asked, estimates, estimators.level(master))
            master.unlink()
            _tell(heard)
            yield heard


def _made(process: EngineProcess, asked: Asked, folder: Path, at_most: float | None) -> Path:
    """The master of the first result: there is no other seed to try."""
    capabilities = registry.get(registry.DEFAULT).capabilities
    request = Request(
        prompt=asked.prompt,
        seconds=min(asked.seconds, at_most or asked.seconds),
        seed=SEED,
        instrumental=not (asked.lyrics and capabilities.sung),
        lyrics=asked.lyrics if capabilities.sung else "",
    )
    try:
        process.run(registry.DEFAULT, request, folder)
    except EngineError as error:
        raise EngineError(f"“{asked.prompt}” was refused: {error}") from error
    return folder / "master.flac"


def tempo_hit(asked: float, heard: float) -> bool:
    """Within 4 % of the tempo asked for, of half of it, or of double."""
    return any(abs(heard / (asked * octave) - 1) <= TEMPO_TOLERANCE for octave in OCTAVES)


def _key_hit(asked: Asked, heard: estimators.Estimate) -> bool:
    return asked.tonality == (heard.tonic, heard.minor)


def _relative(asked: Asked, heard: estimators.Estimate) -> bool:
    """The other key with the same signature."""
    tonic, minor = asked.tonality
    return (heard.tonic, heard.minor) == ((tonic + 3) % 12 if minor else (tonic - 3) % 12, not minor)


def _figures(name: str, songs: list[Heard]) -> Iterator[Figure]:
    """Of one estimator, or of both at once."""

    def judges(song: Heard) -> list[estimators.Estimate]:
        return list(song.estimates.values()) if name == "both" else [song.estimates[name]]

    timed = [song for song in songs if song.asked.tempo is not None]
    keyed = [song for song in songs if song.asked.key]
    tempos = sum(all(tempo_hit(song.asked.tempo or 0.0, heard.tempo) for heard in judges(song)) for song in timed)
    keys = sum(all(_key_hit(song.asked, heard) for heard in judges(song)) for song in keyed)
    by = "both estimators at once" if name == "both" else name
    # The promise is made for each estimator; that both are right at once is told beside it.
    yield _share(f"tempo within 4 %, half and double allowed, by {by}", tempos, len(timed), LEAST_TEMPO)
    yield _share(f"key, tonic and mode, by {by}", keys, len(keyed), LEAST_KEY)
    if name != "both":
        relatives = sum(_relative(song.asked, song.estimates[name]) for song in keyed)
        yield Figure(f"relative key instead, by {name}", relatives, f"of {len(keyed)}")


def _share(metric: str, hits: int, of: int, least: float) -> Figure:
    share = hits / of if of else 1.0
    return Figure(f"{metric} ({hits} of {of})", round(100 * share, 1), "%", f"≥ {100 * least:g}", share >= least)


def _levels(songs: list[Heard]) -> Iterator[Figure]:
    off = max(abs(song.level.loudness - LOUDNESS_LUFS) for song in songs)
    yield Figure(
        f"distance from {LOUDNESS_LUFS:g} LUFS, worst",
        round(off, 2),
        "LU",
        f"≤ {LOUDNESS_TOLERANCE_LU:g}",
        off <= LOUDNESS_TOLERANCE_LU,
    )
    peak = max(song.level.true_peak for song in songs)
    limit = HIGHEST_TRUE_PEAK_DBTP
    yield Figure("true peak, highest", round(peak, 2), "dBTP", f"≤ {limit:g}", peak <= limit)


def _tell(song: Heard) -> None:
    """One line for each thing that was missed."""
    asked = song.asked
    for name, heard in song.estimates.items():
        if asked.tempo is not None and not tempo_hit(asked.tempo, heard.tempo):
            _miss(asked, f"tempo {heard.tempo:.1f} instead of {asked.tempo:g}, by {name}")
        if asked.key and not _key_hit(asked, heard):
            mode = "minor" if heard.minor else "major"
            _miss(asked, f"key {estimators.NAMES[heard.tonic]} {mode} instead of {asked.key}, by {name}")
    if abs(song.level.loudness - LOUDNESS_LUFS) > LOUDNESS_TOLERANCE_LU:
        _miss(asked, f"{song.level.loudness:.2f} LUFS")
    if song.level.true_peak > HIGHEST_TRUE_PEAK_DBTP:
        _miss(asked, f"{song.level.true_peak:.2f} dBTP")


def _miss(asked: Asked, what: str) -> None:
    print(f"missed: {what}: {asked.prompt}", file=sys.stderr, flush=True)
