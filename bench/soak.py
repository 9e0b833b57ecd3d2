"""A hundred swaps from one worker, with kills, a full disk and lost material in between: memory, and what is left."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from bench.figures import Figure
from inference import registry
from inference.client import EngineProcess
from inference.engine import Cancelled, EngineError, Request
from inference.performers import BUILT_IN
from inference.production import Role
from inference.swapping import client
from inference.swapping.model import NoSpace, Span, Swapped, SwapTask
from inference.watching import Died

JOBS, QUICK_JOBS = 100, 14
MOST_GROWTH = 1.1
_SETTLED = 10
"""Jobs after which libraries and allocators have found their size."""
_SECONDS = 12.0
_SPAN = Span(4.0, 4.0)
_LYRICS = """[verse]
The morning train is leaving and the platform fills with rain
I am counting all the windows as they carry you away
"""
_PERFORMERS = 3
_FULL_AT_BYTES = 4096


@dataclass
class _Worker:
    """Runs one job after the other, as a worker does, and keeps count."""

    songs: tuple[Path, ...]
    folder: Path
    masters: dict[str, set[str]] = field(default_factory=dict)
    """What came of each kind of job."""
    own_mb: list[float] = field(default_factory=list)
    child_mb: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def workshop(self) -> Path:
        return self.folder / "workshop"

    def job(self, number: int) -> None:
        """One job; every seventh is disturbed, and then done again."""
        task = self._task(number)
        if number % 7 == 3:
            self._disturbed(task, number)
        if number % 7 == 5:
            self._lose_material(number)
        peaks = [0.0]
        done = client.run(task, on_progress=lambda stage, fraction: peaks.append(_peak_mb()))
        self._keep(task, done)
        shutil.rmtree(task.folder)
        self.own_mb.append(_status_mb(os.getpid(), "VmRSS"))
        self.child_mb.append(max(peaks))

    def _task(self, number: int) -> SwapTask:
        """By turns a whole swap, a preview and a song without vocals."""
        task = SwapTask(self.songs[number % len(self.songs)], self.folder / f"job {number}", workshop=self.workshop)
        performer = BUILT_IN[number % _PERFORMERS].name
        kinds = (replace(task, built_in=performer), replace(task, built_in=performer, span=_SPAN), task)
        return kinds[number // 2 % len(kinds)]

    def _disturbed(self, task: SwapTask, number: int) -> None:
        """The job once, spoiled: killed, out of room, or not wanted any more."""
        spoil, expected = _DISTURBANCES[number // 7 % len(_DISTURBANCES)]
        said: list[str] = []

        def hear(stage: str, fraction: float) -> None:
            if spoil is not None and not said and (process := _child()) is not None:
                spoil(process)
            said.append(stage)

        try:
            client.run(task, on_progress=hear, should_stop=lambda: spoil is None and bool(said))
        except expected:
            pass
        except (EngineError, Cancelled) as error:
            self.wrong.append(f"job {number}: {type(error).__name__}")
        else:
            self.wrong.append(f"job {number}: nothing happened")
        if task.folder.exists():
            self.wrong.append(f"job {number}: left its folder")

    def _lose_material(self, number: int) -> None:
        """A file of what the workshop keeps is gone, or cut short."""
        entries = sorted((self.workshop / "entries").iterdir())
        if entries:
            entry = entries[number % len(entries)]
            victim = max((path for path in entry.iterdir()), key=lambda path: path.stat().st_size)
            if number % 2:
                victim.unlink()
            else:
                os.truncate(victim, victim.stat().st_size // 2)

    def _keep(self, task: SwapTask, done: Swapped) -> None:
        kind = f"{task.source.name} {task.built_in} {task.span}"
        sounds = [file.sha256 for file in done.files if file.role in {Role.MASTER, Role.MP3}]
        self.masters.setdefault(kind, set()).add(" ".join(sounds))


def run(*, quick: bool) -> Iterator[Figure]:
    """Composed songs that are sung, so that there is a voice to change."""
    jobs = QUICK_JOBS if quick else JOBS
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary, _temporary_files(Path(temporary)) as loose:
        folder = Path(temporary)
        worker = _Worker(_sung_songs(folder, 1 if quick else 2), folder)
        # onnxruntime, which composing loads, keeps one file of its own there for the whole machine
        before = set(loose.iterdir())
        for number in range(jobs):
            worker.job(number)
        settled = min(_SETTLED, jobs // 2)
        yield Figure("jobs", jobs, "")
        yield _growth("worker", worker.own_mb, settled)
        yield _growth("its programs, peak", worker.child_mb, settled)
        unlike = sum(len(sounds) > 1 for sounds in worker.masters.values())
        yield _none("kinds of jobs that did not come out the same each time", unlike)
        for each in worker.wrong:
            print(each)
        yield _none("disturbances that were not told as what they were, or left something", len(worker.wrong))
        left = [*(set(loose.iterdir()) - before), *folder.glob("job *"), *(worker.workshop / "making").iterdir()]
        for path in left:
            print(f"left: {path.relative_to(folder)}")
        yield _none("temporary files left", len(left))
        yield _none("programs left", int(_child() is not None))


def _sung_songs(folder: Path, count: int) -> tuple[Path, ...]:
    with EngineProcess() as process:
        for number in range(count):
            request = Request(
                prompt="warm folk ballad with acoustic guitar",
                seconds=_SECONDS,
                seed=number,
                instrumental=False,
                lyrics=_LYRICS,
                language="en",
            )
            process.run(registry.DEFAULT, request, folder / f"song {number}")
            (folder / f"song {number}" / "master.flac").rename(folder / f"{number}.flac")
            shutil.rmtree(folder / f"song {number}")
    return tuple(folder / f"{number}.flac" for number in range(count))


@contextmanager
def _temporary_files(folder: Path) -> Iterator[Path]:
    """What is started meanwhile puts its temporary files into a folder of their own."""
    loose, before = folder / "loose", os.environ.get("TMPDIR")
    loose.mkdir()
    os.environ["TMPDIR"] = str(loose)
    try:
        yield loose
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _fill_disk(process: psutil.Process) -> None:
    """No file of the process can grow any more, which it is told as it is told of a full disk."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (_FULL_AT_BYTES, _FULL_AT_BYTES))


_DISTURBANCES: tuple[tuple[Callable[[psutil.Process], None] | None, type[Exception]], ...] = (
    (psutil.Process.kill, Died),
    (_fill_disk, NoSpace),
    (None, Cancelled),
)


def _child() -> psutil.Process | None:
    for child in psutil.Process().children():
        try:
            if "inference.swapping.child" in child.cmdline():
                return child
        except psutil.Error:
            continue
    return None


def _peak_mb() -> float:
    """The most that the program at work ever had resident; 0 when it is gone."""
    child = _child()
    return _status_mb(child.pid, "VmHWM") if child is not None else 0.0


def _status_mb(process_id: int, name: str) -> float:
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(f"{name}:")), 0.0)


def _growth(what: str, seen: list[float], settled: int) -> Figure:
    """The last jobs beside the first ones: whoever lets go of nothing grows with every job."""
    before, after = max(seen[:settled]), max(seen[-settled:])
    return Figure(
        f"memory of the {what}: the last {settled} jobs beside the first {settled}",
        round(after, 1),
        "MB",
        f"≤ {MOST_GROWTH:g} × the first",
        after <= MOST_GROWTH * before,
        baseline=round(before, 1),
        ratio=round(after / before, 3),
    )


def _none(what: str, count: int) -> Figure:
    return Figure(what, count, "", "0", count == 0)
