"""What the processes below this one take up."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class Memory:
    """The most seen so far."""

    peak_mb: float = 0.0


@contextmanager
def memory_of_children() -> Iterator[Memory]:
    """The most that all processes below this one may have had resident together: their own peaks, added up.

    Looked at ten times a second, so that looking takes next to nothing from those that are measured.
    """
    memory, over = Memory(), threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            memory.peak_mb = max(memory.peak_mb, sum(map(_peak_mb, _descendants(os.getpid()))))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def children(process: int) -> list[int]:
    """The processes that it started and that have not been waited for."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        # a thread may end between the two looks
        with suppress(OSError):
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def _descendants(process: int) -> list[int]:
    return [
        each
        for child in children(process)
        if not _is_beginning(child, process)
        for each in (child, *_descendants_of(child))
    ]


def _is_beginning(child: int, parent: int) -> bool:
    """Whether it is still the copy of its parent that becomes another program a moment later."""
    try:
        return Path(f"/proc/{child}/statm").read_bytes() == Path(f"/proc/{parent}/statm").read_bytes()
    except OSError:
        return False


def _descendants_of(process: int) -> list[int]:
    try:
        return _descendants(process)
    except OSError:
        return []


def _peak_mb(process: int) -> float:
    """The kernel's own record of the most it had resident (VmHWM, proc_pid_status(5))."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
