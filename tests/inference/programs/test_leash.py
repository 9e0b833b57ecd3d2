"""The leash: what a program on it may do at most."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from inference.programs.running import leashed

TELL = "import resource; print(resource.getrlimit(resource.RLIMIT_FSIZE)[1])"


@pytest.mark.parametrize(("own", "asked", "given"), [(9_000_000, 5, 5_000_000), (2_000_000, 5, 2_000_000)])
def test_a_program_never_has_more_than_whoever_started_it(own: int, asked: int, given: int) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (own, own))

    command = leashed([sys.executable, "-I", "-c", TELL], file_megabytes=asked)
    done = subprocess.run(command, preexec_fn=limited, capture_output=True, check=True, text=True)

    assert int(done.stdout) == given
