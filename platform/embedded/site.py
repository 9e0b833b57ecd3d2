"""The whole site on throw-away data, for the demo, browser tests and pictures."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.env import ROOT
from embedded.supervisor import site_programs
from embedded.temporary import temporary

READY_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Site:
    """A running site."""

    address: str
    environment: Mapping[str, str]
    """What a process needs to talk to the same services."""
    data: Path

    def manage(self, *arguments: str) -> str:
        """Run a management command on this site and return what it printed."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        environment = {**os.environ, **self.environment}
        return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


@contextmanager
def site(**settings: str) -> Iterator[Site]:
    """A migrated site with web, worker and scheduler on a free port; `settings` are environment variables."""
    with temporary(durable=False) as services:
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
        environment = {**services, "PYTHONPATH": path, "SITE_URL": address, **settings}
        running = Site(address, environment, Path(services["DATA"]))
        running.manage("migrate", "--verbosity", "0")
        logs = running.data / "logs"
        logs.mkdir(exist_ok=True)
        programs = {
            name: _start(command, environment, logs / f"{name}.log")
            for name, command in site_programs("127.0.0.1", port).items()
        }
        try:
            _wait(f"{address}/readyz", programs["web"], logs / "web.log")
            # the worker has announced its engines
            _wait(f"{address}/api/v1/engines", programs["worker"], logs / "worker.log", unlike=b"[]")
            yield running
        finally:
            _stop(list(programs.values()))


def _start(command: list[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env={**os.environ, **environment},
            cwd=ROOT,
            stdout=output,
            stderr=output,
            # A group, so that Ctrl-C is ours alone to answer, but no session of its own: Linux may share processors out
            # by session, and then the worker's niceness would not count beside the site's.
            process_group=0,
        )


def _stop(programs: list[subprocess.Popen[bytes]]) -> None:
    for program in programs:
        program.send_signal(signal.SIGTERM)
    for program in programs:
        try:
            program.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def _wait(url: str, program: subprocess.Popen[bytes], log: Path, *, unlike: bytes | None = None) -> None:
    """Return when `url` answers with success and something other than `unlike`."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        problem = ""
        try:
            with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own address
                if response.read() != unlike:
                    return
        except (urllib.error.URLError, OSError) as error:
            problem = str(error)
        if program.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the site did not start: {url} {problem}\n{log.read_text()[-4000:]}")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
