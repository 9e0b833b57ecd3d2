"""Real Celery workers and the scheduler as subprocesses of a bench."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import redis

from config.env import ROOT, env

KINDS = "bench.harness.kinds"


@cache
def redis_client() -> redis.Redis:
    """One client for this process."""
    return redis.Redis.from_url(env.redis)


def start_worker(
    name: str, log: Path, *, capability: str = "cpu", slots: int = 2, settings: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """A worker that knows the benches' kinds of job, in a process group of its own; `settings` as in `.env`."""
    arguments = ["worker", "-n", f"{name}@bench", "-Q", capability, "--pool", "threads", "-c", str(slots)]
    quiet = ["--without-gossip", "--without-mingle", "-l", "WARNING"]
    return _start([*arguments, "-I", KINDS, *quiet], log, settings or {})


def start_scheduler(log: Path) -> subprocess.Popen[bytes]:
    """The scheduler, for the sweeper."""
    return _start(["beat", "-l", "WARNING", "--pidfile="], log, {})


def start_module(module: str, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
    """Another process of the site: a module with its arguments."""
    return _run(["-m", module, *arguments], log, {})


def _start(arguments: list[str], log: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return _run(["-m", "celery", "-A", "config", "--quiet", *arguments], log, settings)


def _run(arguments: list[str], log: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "LOG_LEVEL": "WARNING", **settings}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def stop(child: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """Ask a process to end; kill it when it does not."""
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def workers(count: int, folder: Path, *, slots: int = 2) -> Iterator[list[subprocess.Popen[bytes]]]:
    """`count` workers that have announced themselves, while the block runs."""
    from apps.jobs.models import Worker

    before = Worker.objects.count()
    children = [start_worker(f"w{number}", folder / f"w{number}.log", slots=slots) for number in range(count)]
    try:
        wait_until(lambda: Worker.objects.count() >= before + count or _ended(children), 60, "the workers to start")
        if _ended(children):
            raise RuntimeError("".join((folder / f"w{number}.log").read_text()[-2000:] for number in range(count)))
        yield children
    finally:
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in children:
            stop(child)


def _ended(children: list[subprocess.Popen[bytes]]) -> bool:
    return any(child.poll() is not None for child in children)


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return when `condition` holds; TimeoutError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)
