"""`make run`: the whole of Refrain on one machine, under one supervisor, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from config.env import ROOT, Environment
from embedded.lock import AlreadyRunning, DataLock
from embedded.services import ServiceError, Services, bound
from embedded.supervisor import Supervisor, gpu_engines, site_programs

READY_SECONDS = 60.0


class CannotStart(Exception):
    """The message is the one line that the person sees."""


class Stopped(Exception):
    """Somebody asked us to stop."""


def main() -> int:
    """Start, say where, wait, stop. Exit code 0 after an orderly stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        return _serve(arguments.host, arguments.port)
    except (CannotStart, AlreadyRunning, ServiceError) as problem:
        print(f"Refrain cannot start: {problem}", file=sys.stderr)
        return 1
    except Stopped:
        return 0


def _stop(number: int, frame: object) -> None:
    # a second Ctrl-C must not interrupt the stopping itself
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def _serve(host: str, port: int) -> int:
    address = f"http://{host}:{port}"
    os.environ.setdefault("SITE_URL", address)
    env = Environment()
    env.data.mkdir(parents=True, exist_ok=True)
    with DataLock(env.data, address) as lock:
        check_port(host, port)
        services = Services(env.data.resolve(), env.runtime)
        services.prepare()
        supervisor = Supervisor(env.data.resolve(), env.runtime)
        programs = site_programs(host, port, gpu=gpu_engines())
        supervisor.write({**_service_programs(env, services), **programs})
        child = subprocess.Popen(bound(supervisor.command, "SIGTERM"), pass_fds=[lock.descriptor], cwd=ROOT)
        try:
            _bring_up(env, services, supervisor, address, [name for name in programs if name != "web"])
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


def _service_programs(env: Environment, services: Services) -> dict[str, list[str]]:
    """The services that no address replaces."""
    programs = {}
    if not env.database_url:
        programs["postgres"] = services.postgres_command
    if not env.redis_url:
        programs["redis"] = services.redis_command
    return programs


def _bring_up(
    env: Environment, services: Services, supervisor: Supervisor, address: str, workers: Sequence[str]
) -> None:
    supervisor.wait_up(READY_SECONDS)
    if not env.database_url and not env.redis_url:
        services.wait_ready(READY_SECONDS)
    _manage("migrate", "--verbosity", "0")
    supervisor.start(*workers)
    if env.demo_songs:
        _manage("seed")
    supervisor.start("web")
    _wait_answer(f"{address}/readyz")
    print(
        f"\n  Refrain is ready: {address}\n  Data: {env.data.resolve()} · logs beside it · Ctrl-C stops it\n",
        flush=True,
    )


def _manage(*arguments: str) -> None:
    # in its own process group, so that Ctrl-C ends it through us and not beside us
    command = bound([sys.executable, str(ROOT / "manage.py"), *arguments], "SIGTERM")
    with subprocess.Popen(command, cwd=ROOT, start_new_session=True) as child:
        try:
            if child.wait():
                raise CannotStart(f"`manage.py {arguments[0]}` failed; what it printed is above")
        except Stopped:
            child.terminate()
            raise


def check_port(host: str, port: int) -> None:
    """CannotStart when somebody else listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(f"port {port} is taken ({error.strerror}); try `make run PORT={port + 1}`") from error


def _wait_answer(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                raise CannotStart(f"{url} did not answer in {READY_SECONDS:.0f} s ({error}); see the logs") from error
            time.sleep(0.1)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    sys.exit(main())
