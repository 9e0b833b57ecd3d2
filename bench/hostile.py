"""Files that are meant to break things: each is taken and plays, or is refused with a reason, and nothing else."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.harness import mutations
from bench.harness.memory import children, memory_of_children
from bench.harness.mutations import Hostile

FILES = 500
MOST_MEMORY_MB = 400.0
"""Of all processes that work on one file, together."""
MOST_SECONDS = 10.0
_QUICK = 18
_QUICKLY = slice(2, None, 27)
"""As many, of all kinds, and none that plays for ten minutes."""
_LENGTH_TOLERANCE_SECONDS = 0.05
_AAC_FRAME_SECONDS = 1024 / 44_100


@dataclass(slots=True)
class Verdict:
    """What became of one file."""

    file: Hostile
    outcome: str
    """"accepted", the reason of a refusal, or "crashed"."""
    detail: str = ""
    """The sentence of a refusal, or what went wrong."""
    seconds: float = 0.0
    silence: float = 0.0
    """The longest time, in seconds, in which nothing was heard of it."""
    memory_mb: float = 0.0
    unplayable: str = ""
    left: list[str] = field(default_factory=list)
    """What was there afterwards and not before."""


def add_arguments(parser: ArgumentParser) -> None:
    """The bench's own options."""
    parser.add_argument("--corpus", type=_folder, help="a folder of files to send instead of those made here")


def _folder(name: str) -> Path:
    path = Path(name)
    if not path.is_dir():
        raise ArgumentTypeError(f"there is no folder {name}")
    return path


def run(*, quick: bool, corpus: Path | None = None) -> Iterator[Figure]:
    """Every file the way of an upload; each verdict is told on the standard error."""
    verdicts = []
    for file in _files(corpus, quick=quick):
        verdict = _judge(file)
        _tell(verdict)
        verdicts.append(verdict)
    yield from _figures(verdicts)


def _files(folder: Path | None, *, quick: bool) -> Iterator[Hostile]:
    if folder is None:
        every = list(mutations.corpus(FILES))
        yield from every[_QUICKLY] if quick else every
        return
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths[:: len(paths) // _QUICK + 1] if quick else paths:
        yield Hostile(path.relative_to(folder).as_posix(), path.read_bytes(), "given")


def _judge(file: Hostile) -> Verdict:
    with _temporary() as folder:
        # What the person called it: nobody may mind.
        source = folder / f"sent.{file.name.rpartition('.')[2][:8]}"
        source.write_bytes(file.data)
        before = _belongings(folder)
        watch = _Watch()
        with memory_of_children() as memory:
            verdict = _sent(file, source, folder / "version", watch)
        watch.heard("", 1.0)
        verdict.seconds, verdict.silence = watch.seconds, watch.silence
        verdict.memory_mb = memory.peak_mb
        if verdict.outcome == "accepted":
            verdict.unplayable = _fault(folder / "version")
        verdict.left = sorted(_belongings(folder) - before - {"version"})
        if verdict.outcome != "accepted" and (folder / "version").exists():
            verdict.left.append("version")
        return verdict


class _Watch:
    """Hears of progress. Before its first word the process has not looked at the file."""

    def __init__(self) -> None:
        self._begin = time.monotonic()
        self._last: float | None = None
        self.seconds = 0.0
        self.silence = 0.0

    def heard(self, stage: str, fraction: float) -> None:
        now = time.monotonic()
        if self._last is not None:
            self.silence = max(self.silence, now - self._last)
        self._last = now
        self.seconds = now - self._begin


def _sent(file: Hostile, source: Path, folder: Path, watch: _Watch) -> Verdict:
    """The look at the headers when the last byte is there, and the worker's part, whatever the first one found."""
    from apps.uploads.headers import Unreadable, read_heading
    from inference.decoding.model import Refused
    from inference.normalising import client

    early = None
    try:
        with source.open("rb") as opened:
            read_heading(opened, len(file.data))
    except Unreadable as error:
        early = error
    except Exception as error:  # What is looked for.
        return Verdict(file, "crashed", f"at the headers: {error!r}")
    try:
        client.run(source, folder, on_progress=watch.heard)
    except Refused as refused:
        return Verdict(file, str(refused.reason), str(refused))
    except Exception as error:  # What is looked for.
        return Verdict(file, "crashed", repr(error))
    if early is not None:
        return Verdict(file, "crashed", f"refused by its headers as {early.type}, and then taken")
    return Verdict(file, "accepted")


def _belongings(folder: Path) -> set[str]:
    """Files in `folder`, where temporary ones are made as well, our child processes and open files."""
    files = {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if folder / "version" not in path.parents
    }
    processes = {f"process {child}" for child in children(os.getpid())}
    descriptors = {f"descriptor {each.name}" for each in Path("/proc/self/fd").iterdir() if each.exists()}
    return files | processes | descriptors


def _fault(folder: Path) -> str:
    """Why the version cannot be played; empty when all of it decodes and is as long as the master."""
    from inference.audio.decode import DecodeError, read

    try:
        master = read(folder / "master.flac", 44_100)
        for name in ("track.mp3", "hls/index.m3u8"):
            rendition = read(folder / name, 44_100)
            difference = abs(len(rendition) - len(master)) / 44_100
            # HLS is made of whole AAC frames, and begins with one for the encoder to find its feet.
            tolerance = _LENGTH_TOLERANCE_SECONDS + (3 * _AAC_FRAME_SECONDS if name.startswith("hls") else 0)
            if difference > tolerance:
                return f"{name} differs from the master by {difference:.3f} s"
            if not np.isfinite(rendition).all():
                return f"{name} holds what are no numbers"
        json.loads((folder / "peaks.json").read_text(encoding="utf-8"))
    except (DecodeError, OSError, ValueError) as error:
        return str(error)
    return ""


def _figures(verdicts: list[Verdict]) -> Iterator[Figure]:
    count = len(verdicts)
    yield Figure("files", count, "")
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    for outcome, number in sorted(outcomes.items()):
        if outcome != "crashed":
            yield Figure(outcome, number, f"of {count}")
    yield _none("crashes", (each for each in verdicts if each.outcome == "crashed"))
    yield _none("accepted and not playable", (each for each in verdicts if each.unplayable))
    yield _none("refused without a sentence", (each for each in verdicts if not _explained(each)))
    yield _none("good files refused", (each for each in verdicts if each.file.good and each.outcome != "accepted"))
    yield _none(
        f"took longer than {MOST_SECONDS:g} s without a word",
        (each for each in verdicts if each.silence > MOST_SECONDS),
    )
    yield _none("left something behind", (each for each in verdicts if each.left))
    yield _none(f"over {MOST_MEMORY_MB:g} MB", (each for each in verdicts if each.memory_mb > MOST_MEMORY_MB))
    yield Figure("most memory for one file", round(max(each.memory_mb for each in verdicts)), "MB")
    yield Figure("longest", round(max(each.seconds for each in verdicts), 1), "s")


def _explained(verdict: Verdict) -> bool:
    return verdict.outcome in {"accepted", "crashed"} or verdict.detail.endswith(".")


def _none(metric: str, which: Iterable[Verdict]) -> Figure:
    count = sum(1 for _ in which)
    return Figure(metric, count, "files", "0", count == 0)


@contextmanager
def _temporary() -> Iterator[Path]:
    """A folder, which the processes below take for the one of temporary files."""
    before = os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as folder:
        os.environ["TMPDIR"] = folder
        try:
            yield Path(folder)
        finally:
            os.environ.pop("TMPDIR")
            if before is not None:
                os.environ["TMPDIR"] = before


def _tell(verdict: Verdict) -> None:
    """One line for each file."""
    faults = [verdict.unplayable, *verdict.left]
    costs = f"{verdict.seconds:5.1f} s {verdict.memory_mb:4.0f} MB"
    print(
        f"{verdict.outcome:18} {costs}  {verdict.file.name}: {verdict.detail}",
        *(fault for fault in faults if fault),
        sep="  !! ",
        file=sys.stderr,
        flush=True,
    )
