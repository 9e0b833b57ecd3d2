"""What a process gives up before it touches a stranger's file."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import time
from pathlib import Path

from inference.decoding import seccomp

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_STANDARD = 3
"""Descriptors that stay: the file, the pipe for what is decoded, and the pipe for last words."""

_GOING_SECONDS = 1.0


class NotLocked(Exception):
    """The process could not give up what it must; the message says what."""


def lock(*, memory_bytes: int, cpu_seconds: float, parent: int) -> None:
    """Give up everything but reading descriptor 0, writing 1 and 2, computing, and memory; NotLocked otherwise.

    Imports must be done before: no file can be opened afterwards. `memory_bytes` is all private writable memory
    together; past it, allocations fail. Past `cpu_seconds` the kernel ends the process. It also ends with `parent`,
    or more exactly with the thread that started it.
    """
    os.environ.clear()
    os.closerange(_STANDARD, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    libc = ctypes.CDLL(None, use_errno=True)
    # Not dumpable: no core, and no other process of this user may look into this one, nor this one into /proc/self.
    for option, value in ((_PR_SET_DUMPABLE, 0), (_PR_SET_PDEATHSIG, signal.SIGKILL)):
        if libc.prctl(option, value, 0, 0, 0) != 0:
            raise NotLocked(f"prctl {option}: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:
        raise NotLocked("the process that wanted this is gone")
    _be_alone()
    _limit(memory_bytes, cpu_seconds)
    try:
        seccomp.install()
    except seccomp.NoFilter as error:
        raise NotLocked(str(error)) from error


def _be_alone() -> None:
    """Wait for threads that have ended to be gone: the kernel lists one for a moment after it was joined."""
    patience = time.monotonic() + _GOING_SECONDS
    while len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208
        if time.monotonic() > patience:
            raise NotLocked("there are other threads")
        time.sleep(0.001)


def _limit(memory_bytes: int, cpu_seconds: float) -> None:
    seconds = max(1, round(cpu_seconds))
    addresses = _addresses()
    for what, soft, hard in (
        (resource.RLIMIT_DATA, memory_bytes, memory_bytes),
        (resource.RLIMIT_AS, addresses + memory_bytes, addresses + memory_bytes),
        # At the soft limit SIGXCPU, which tells the parent why; should it be survived, SIGKILL.
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_NOFILE, _STANDARD, _STANDARD),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (OSError, ValueError) as error:
            raise NotLocked(f"resource limit {what}: {error}") from error


def _addresses() -> int:
    """Bytes of address space in use: mostly libraries, which are not this file's doing."""
    pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    return pages * resource.getpagesize()
