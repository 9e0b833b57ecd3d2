"""How quickly an upload is answered and normalised, in how much memory, and what fifty at once do to the site."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.harness import sending
from bench.harness.memory import memory_of_children
from bench.harness.sending import RATE, Sender, Sent
from config.env import ROOT
from embedded.site import Site, site

MOST_ANSWER_SECONDS = 1.0
LEAST_REAL_TIME_FACTOR = 20.0
MOST_MEMORY_MB, MOST_GROWTH_MB = 400.0, 20.0
MOST_P95_RATIO = 2.0

_LARGEST = 50 * 1024**2
_SENDERS = 50
_PEOPLE = 5
"""Who send ten files each, since nobody may send more than twenty at once."""
_PAGES = ("/", "/api/v1/feed", "/api/v1/engines", "/accounts/login/", "/healthz")
_PEOPLE_SCRIPT = """
from django.utils import timezone
from apps.accounts.models import User
from apps.accounts.services.tokens import token_create
for number in range({count}):
    user = User.objects.create_user(f"sender{{number}}@example.org", plan_id="pro")
    print(token_create(user=user, name="bench", scopes=["read", "write"], expires_at=None, now=timezone.now()).secret)
"""


def run(*, quick: bool) -> Iterator[Figure]:
    """The normaliser by itself first, then a whole site."""
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        yield from _normalised(Path(temporary), (0.5, 2.0) if quick else (1.0, 5.0, 9.9))
    with site(RATE_LIMITS="false", DEMO_SONGS="false") as running:
        script = _PEOPLE_SCRIPT.format(count=_PEOPLE)
        tokens = [line for line in running.manage("shell", "-v", "0", "-c", script).split() if line.startswith("rfn_")]
        yield from _answered(Sender(running.address, tokens[0]), times=1 if quick else 5)
        crowd = _Crowd(count=10, seconds=6.0, idle=100) if quick else _Crowd(count=_SENDERS, seconds=25.0, idle=400)
        yield from _crowded(running, tokens, crowd)


def _normalised(folder: Path, lengths: tuple[float, ...]) -> Iterator[Figure]:
    """WAVs of so many minutes: how many times faster than they play, and at what peak of memory."""
    from inference.normalising import client

    peaks: list[float] = []
    for minutes in lengths:
        source, target = folder / "source.wav", folder / f"{minutes:g}"
        _write(source, minutes * 60)
        target.mkdir()
        begin, worked = time.perf_counter(), _children_seconds()
        with memory_of_children() as memory:
            client.run(source, target, on_progress=lambda stage, fraction: None, should_stop=lambda: False)
        took, worked = time.perf_counter() - begin, _children_seconds() - worked
        factor = minutes * 60 / took
        yield Figure(
            f"normalised, {minutes:g} minutes",
            round(factor, 1),
            "× real time",
            f"≥ {LEAST_REAL_TIME_FACTOR:g}",
            factor >= LEAST_REAL_TIME_FACTOR,
        )
        # Apart from the figure above when something else wants the core as well.
        yield Figure(
            f"the same by processor time, {minutes:g} minutes", round(minutes * 60 / max(worked, 0.001), 1), "×"
        )
        peaks.append(memory.peak_mb)
        yield _at_most(f"peak memory of its processes, {minutes:g} minutes", memory.peak_mb, "MB", MOST_MEMORY_MB)
    growth = max(0.0, peaks[-1] - peaks[0])
    yield _at_most(f"memory grown from {lengths[0]:g} to {lengths[-1]:g} minutes", growth, "MB", MOST_GROWTH_MB)


def _answered(sender: Sender, times: int) -> Iterator[Figure]:
    """From the last byte of the largest file to the answer, beside a call that only reads."""
    for _ in range(3):
        sender.call("GET", "/api/v1/uploads")
    read = statistics.median(_timed(lambda: sender.call("GET", "/api/v1/uploads")) for _ in range(10))
    seconds = (_LARGEST - 44) / (RATE * 4)
    answers = []
    for number in range(times):
        sent = sender.send(sending.song(seconds, 1000 + number), "largest.wav")
        if sent.status != 202:
            raise RuntimeError(f"the largest file was answered with {sent.status}")
        answers.append(sent.seconds)
        sender.call("DELETE", f"/api/v1/uploads/{sent.upload}")
    worst = max(answers)
    yield Figure(
        "answer after the last byte, 50 MB wav",
        round(worst, 3),
        "s",
        f"≤ {MOST_ANSWER_SECONDS:g}",
        worst <= MOST_ANSWER_SECONDS,
        baseline=round(read, 4),
        ratio=round(worst / read, 2),
    )


@dataclass(frozen=True, slots=True)
class _Crowd:
    """How many files come at once, how long they are, and from how many pages it is known how an idle site answers."""

    count: int
    seconds: float
    idle: int


def _crowded(running: Site, tokens: list[str], crowd: _Crowd) -> Iterator[Figure]:
    """So many files at once, until the last one is a track; pages are asked for all the while."""
    pages = _Pages(running.address)
    pages.ask(20)
    before = pages.ask(crowd.idle)
    asked = {"address": running.address, "tokens": tokens, "count": crowd.count, "seconds": crowd.seconds}
    senders = subprocess.Popen(
        [sys.executable, "-m", "bench.harness.sending"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)])},
        # It lowers its own session's share of the processors.
        start_new_session=True,
    )
    assert senders.stdin is not None
    assert senders.stdout is not None
    senders.stdin.write(json.dumps(asked) + "\n")
    senders.stdin.flush()
    if senders.stdout.readline().strip() != sending.READY:
        raise RuntimeError("the senders could not make their files")
    told: list[str] = []
    talk = threading.Thread(target=lambda: told.append(senders.communicate("go\n")[0]))
    talk.start()
    sending_, working = pages.ask_while(talk.is_alive), list[float]()
    talk.join()
    files = [Sent(**each) for each in json.loads(told[0])]
    waiting = {each.upload for each in files}
    deadline = time.monotonic() + 600
    while waiting and time.monotonic() < deadline:
        working += pages.ask(25)
        waiting = {each.upload for each in files if each.upload in waiting and _state(running, each) == "accepted"}
    right = sum(_kept(running, each) for each in files)
    yield Figure(
        f"{crowd.count} files at once: tracks with the right original",
        right,
        "",
        f"= {crowd.count}",
        right == crowd.count,
    )
    yield _beside("P95 of other pages while they are sent", sending_, before, judged=True)
    if working:
        yield _beside("P95 of other pages while they are normalised", working, before, judged=True)
    yield _beside(
        "P95 of other pages from the first byte to the last track", [*sending_, *working], before, judged=True
    )
    yield Figure("slowest answer to finish of them", round(max(each.seconds for each in files), 3), "s")


@dataclass(slots=True)
class _Pages:
    """Asks for pages one after the other."""

    address: str
    _next: int = field(default=0)

    def ask(self, times: int) -> list[float]:
        return [self._one() for _ in range(times)]

    def ask_while(self, going_on: Callable[[], bool]) -> list[float]:
        answers = []
        while going_on():
            answers.append(self._one())
        return answers

    def _one(self) -> float:
        page = _PAGES[self._next % len(_PAGES)]
        self._next += 1
        time.sleep(0.01)

        def fetch() -> None:
            with urllib.request.urlopen(f"{self.address}{page}", timeout=30) as answer:  # noqa: S310 - our own address
                answer.read()

        return _timed(fetch)


def _state(running: Site, sent: Sent) -> str:
    return str(Sender(running.address, sent.token).call("GET", f"/api/v1/uploads/{sent.upload}")[1]["state"])


def _kept(running: Site, sent: Sent) -> bool:
    """Whether it became a track whose original is what was sent."""
    import hashlib

    sender = Sender(running.address, sent.token)
    upload = sender.call("GET", f"/api/v1/uploads/{sent.upload}")[1]
    if upload["state"] != "ready" or upload["version"] is None:
        return False
    original = sender.fetch(f"/api/v1/versions/{upload['version']}/download?format=original")
    return hashlib.sha256(original).hexdigest() == sent.sha256


def _children_seconds() -> float:
    """Processor time of children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _write(path: Path, seconds: float) -> None:
    """A song-like WAV, written a second at a time."""
    chance = np.random.default_rng(4)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        for second in range(round(seconds)):
            moment = second + np.arange(RATE) / RATE
            root = (220.0, 174.6, 261.6, 196.0)[second // 2 % 4]
            chord = sum(np.sin(2 * np.pi * root * ratio * moment) for ratio in (1.0, 1.25, 1.5))
            beat = np.exp(-18 * (moment * 2 % 1)) * np.sin(2 * np.pi * 60 * moment)
            sound = 0.08 * chord + 0.4 * beat
            stereo = sound[:, None] + 0.02 * chance.standard_normal((RATE, 2))
            file.writeframes((stereo * 32767).clip(-32768, 32767).astype("<i2").tobytes())


def _timed(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def _beside(metric: str, answers: list[float], idle: list[float], *, judged: bool = False) -> Figure:
    value, base = _p95(answers), _p95(idle)
    ratio = value / base
    ok = not judged or ratio <= MOST_P95_RATIO
    target = f"≤ {MOST_P95_RATIO:g} × idle" if judged else ""
    return Figure(
        metric, round(1000 * value, 1), "ms", target, ok, baseline=round(1000 * base, 1), ratio=round(ratio, 2)
    )


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _at_most(metric: str, value: float, unit: str, most: float) -> Figure:
    return Figure(metric, round(value, 1), unit, f"≤ {most:g}", value <= most)
