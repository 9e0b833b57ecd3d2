"""The child as a process: started with nothing of ours but the file and two pipes, and gone for certain."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from inference.decoding.model import DecoderFailed

DECODER = "from inference.decoding.child import main; main(sys.argv[2:])"

_ROOT = Path(__file__).resolve().parents[2]
# Isolated, Python looks in no folder of the user's and at no variable; only this checkout is added, last.
_START = "import sys; sys.path.append(sys.argv[1]); "
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
_PIPE_BYTES = 1024**2


@contextmanager
def started(file: int, arguments: Sequence[str], program: str | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`program`, or the decoder, with the descriptor `file` as its standard input; `arguments` are sys.argv[2:].

    DecoderFailed when it cannot be started. It is killed and its pipes are closed when the block is left.
    """
    library_path = os.environ.get("LD_LIBRARY_PATH")
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _START + (program or DECODER), str(_ROOT), *arguments],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            pipesize=_PIPE_BYTES,
            cwd="/",
            env=_ENVIRONMENT | ({"LD_LIBRARY_PATH": library_path} if library_path else {}),
            # As `inference.child` has it, and why.
            process_group=0,
        )
    except OSError as error:
        raise DecoderFailed(f"the decoder could not be started: {error}") from error
    with process:
        try:
            yield process
        finally:
            process.kill()
