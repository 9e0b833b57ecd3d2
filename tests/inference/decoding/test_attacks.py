"""Code inside the decoder gets at nothing; the same code in a free process on the same machine gets at all of it."""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict

from config.env import env
from inference.decoding.process import started
from tests.inference.decoding.attacks import ATTACKS

_ATTACKS = "from tests.inference.decoding import attacks; attacks."
_EVERY = _ATTACKS + "main(*sys.argv[2:])"

Fates = dict[str, Any]


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Fates]]:
    """Tries every attack and gives each one's fate; null is success."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def run(how: str) -> Fates:
            folder = tmp_path_factory.mktemp(how)
            (folder / "secret").write_text("secret")
            (folder / "doomed").touch()
            places = {
                "database": f"{conninfo_to_dict(env.database)['host']}/.s.PGSQL.5432",
                "redis": urlsplit(env.redis).path,
                "port": listener.getsockname()[1],
                "secret_file": str(folder / "secret"),
                "folder": str(folder),
                "parent": os.getpid(),
            }
            return dict(json.loads(line) for line in _run(folder / "doomed", _EVERY, how, json.dumps(places)))

        yield run


def _run(file: Path, program: str, *arguments: str) -> list[bytes]:
    """What `program` prints until it ends, as the decoder is started."""
    with file.open("rb") as source, started(source.fileno(), arguments, program) as process:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
        return output.splitlines()


@pytest.fixture(scope="module")
def locked(attack: Callable[[str], Fates]) -> Fates:
    return attack("locked")


@pytest.fixture(scope="module")
def free(attack: Callable[[str], Fates]) -> Fates:
    return attack("free")


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_fails_from_inside_the_lock_and_succeeds_outside(name: str, locked: Fates, free: Fates) -> None:
    assert free[name] is None, "the control must succeed, or the attack proves nothing"
    assert locked[name] is not None


def test_nothing_of_the_platforms_environment_reaches_the_child(locked: Fates) -> None:
    assert "DATABASE_URL" in os.environ
    assert set(json.loads(locked["environment"])) <= {
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"),
    }
    assert json.loads(locked["left_in_os_environ"]) == []


def test_every_system_call_that_is_not_named_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    named, through = json.loads(_run(tmp_path / "file", _ATTACKS + "sweep(sys.argv[2])", str(os.getpid()))[0])
    assert named < 20
    assert through == []


@pytest.mark.parametrize(
    ("program", "end"),
    [("foreign", -signal.SIGSYS if platform.machine() == "x86_64" else 1), ("spin", -signal.SIGXCPU)],
)
def test_the_kernel_ends_a_locked_process(tmp_path: Path, program: str, end: int) -> None:
    (tmp_path / "file").touch()
    with (tmp_path / "file").open("rb") as source:
        call = f"{_ATTACKS}{program}(sys.argv[2])"
        with started(source.fileno(), [str(os.getpid())], call) as process:
            output, errors = process.communicate(timeout=120)
    assert output == b"locked", errors.decode()
    assert process.returncode == end
