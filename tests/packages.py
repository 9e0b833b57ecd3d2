"""Programs that tests need from Debian, installed where that is allowed: `python -m tests.packages chromium nginx`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from shutil import which

from embedded import nginx
from tests import chromium, rabbitmq


@dataclass(frozen=True, slots=True)
class Program:
    """A program by the name of its package."""

    find: Callable[[], str | None]
    needed_for: str
    variable: str
    """What names it in the environment when it is elsewhere."""


PROGRAMS = {
    "chromium": Program(chromium.executable, "The browser tests need Chromium", "CHROMIUM"),
    "nginx": Program(nginx.executable, "The tests of the edge need nginx", "NGINX"),
    "rabbitmq-server": Program(rabbitmq.executable, "The tests of the queue need RabbitMQ", "RABBITMQ_SERVER"),
}


def main(names: list[str]) -> int:
    """Exit code 0 when all of `names` are there at the end."""
    missing = _missing(names)
    if missing and os.geteuid() == 0 and which("apt-get"):
        print(f"Installing {' and '.join(missing)} for the tests …", flush=True)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        for command in (["apt-get", "update", "-qq"], install):
            # RUNLEVEL: the package would start a server of its own
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
        missing = _missing(names)
    for name in missing:
        program = PROGRAMS[name]
        words = f"{program.needed_for}: install it (Debian: `apt-get install {name}`) or set {program.variable}."
        print(words, file=sys.stderr)
    return 1 if missing else 0


def _missing(names: list[str]) -> list[str]:
    return [name for name in names if PROGRAMS[name].find() is None]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
