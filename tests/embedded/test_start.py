"""A start meets another one: alive, killed, or a stranger on its port."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import ROOT
from embedded.lock import AlreadyRunning, DataLock
from embedded.run import CannotStart, check_port

_HOLDER = """
import subprocess, sys
from pathlib import Path
from embedded.lock import DataLock
with DataLock(Path(sys.argv[1]), "http://127.0.0.1:8000") as lock:
    heir = subprocess.Popen(["sleep", "600"], pass_fds=[lock.descriptor], stdout=subprocess.DEVNULL)
    print(heir.pid, flush=True)
    heir.wait()
"""


def holder(data: Path) -> tuple[subprocess.Popen[str], int]:
    """A start that holds the lock, and the process that inherited it, as the supervisor does."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}"}
    started = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(data)], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    return started, int(started.stdout.readline())


def end(started: subprocess.Popen[str]) -> None:
    started.kill()
    started.wait()
    assert started.stdout is not None
    started.stdout.close()


def test_a_second_start_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    started, heir = holder(tmp_path)
    try:
        with (
            pytest.raises(AlreadyRunning, match=f"http://127.0.0.1:8000 .*process {started.pid}"),
            DataLock(tmp_path, ""),
        ):
            pass
    finally:
        os.kill(heir, signal.SIGKILL)
        end(started)


def test_a_killed_start_holds_the_folder_until_its_supervisor_is_gone_and_no_longer(tmp_path: Path) -> None:
    # given a start that was killed, while its supervisor still stops
    started, heir = holder(tmp_path)
    end(started)
    with (tmp_path / "run.lock").open() as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    # when that is gone, too, then the next start has the folder
    os.kill(heir, signal.SIGKILL)
    with DataLock(tmp_path, "http://127.0.0.1:8001"):
        assert str(os.getpid()) in (tmp_path / "run.lock").read_text()


def test_a_taken_port_gets_one_clear_line() -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        with pytest.raises(CannotStart, match=f"port {port} is taken .*PORT={port + 1}"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


@pytest.mark.parametrize(("device", "workers"), [("off", ["worker"]), ("cuda", ["worker", "worker-gpu"])])
def test_a_graphics_card_gets_a_worker_of_its_own(device: str, workers: list[str]) -> None:
    asked = (
        "from embedded.supervisor import gpu_engines, site_programs\n"
        "programs = site_programs('127.0.0.1', 8000, gpu=gpu_engines())\n"
        "print(*[name for name in programs if name.startswith('worker')])"
    )
    environment = {**os.environ, "REFRAIN_NEURAL_DEVICE": device, "PYTHONPATH": f"{ROOT}/platform:{ROOT}"}

    done = subprocess.run([sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout.split() == workers
