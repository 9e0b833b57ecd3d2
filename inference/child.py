"""A child program that speaks in lines: started, heard to its end, and ended for certain."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_CLOSE_GRACE_SECONDS = 2.0
_END_GRACE_SECONDS = 0.5
# A program that makes music has no business with secrets: only what a program needs to run at all is handed down.
_INHERITED = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "XDG_CACHE_HOME"),
    # What fetches weights goes the way that this machine goes.
    *("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_FILE"),
    "REFRAIN_PROVENANCE_WATERMARK",
)
_INHERITED_PREFIXES = ("CUDA_", "NVIDIA_", "HF_", "TORCH_", "REFRAIN_NEURAL_", "REFRAIN_COMMAND_")
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """What a child sees: a few harmless variables of this process, one thread for each numeric library, and `more`."""
    kept = {
        name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    # One song uses one core, so that as many songs as there are cores do not get in each other's way.
    return kept | dict.fromkeys(_ONE_THREAD, "1") | dict(more)


class Child:
    """A running program and the thread that hears it."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        hear: Callable[[bytes], None],
        ended: Callable[[int], None],
        longest_line: int = -1,
        errors: Callable[[IO[bytes]], None] | None = None,
    ) -> None:
        """Start `command` in `folder`; OSError when it cannot be.

        `hear` gets each line of its output, in a thread, one of more than `longest_line` bytes in pieces; a ValueError
        from it ends the program. `ended` gets the exit code, negative for a signal, as the last call. `errors` reads
        the program's standard error to its end, in a thread of its own; without it that is this process's.
        """
        self._hear = hear
        self._ended = ended
        self._longest_line = longest_line
        self._errors = errors
        self._started: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=self._live, args=(list(command), folder, dict(environment)), daemon=True, name="child program"
        )
        self._thread.start()
        started = self._started.get()
        if isinstance(started, OSError):
            raise started
        self._process = started
        self._sending = threading.Lock()

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def send(self, line: bytes) -> None:
        """Write a line; that the program is gone is told by `ended`."""
        assert self._process.stdin is not None
        with self._sending, contextlib.suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def terminate(self, grace_seconds: float) -> None:
        """Ask with SIGTERM, and kill what does not end in time."""
        self._process.terminate()
        self._thread.join(grace_seconds)
        self.kill()

    def kill(self) -> None:
        """End the program at once; returns when it has ended."""
        self._process.kill()
        self._thread.join()

    def close(self) -> None:
        """Close its input, which asks it to end, and kill it when it does not."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._thread.join(_CLOSE_GRACE_SECONDS)
        self.kill()

    def _live(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        """Start the program and hear it to its end.

        The program asks the kernel to be killed when the *thread* that started it ends, so that is this one.
        """
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if self._errors else None,
                cwd=folder,
                env=environment,
                # A signal to this process's group must not end a song that is to be handed back in order. No session
                # of its own: Linux may share processors out by session (sched(7), "autogroup"), and then the worker's
                # niceness would not count beside the site's.
                process_group=0,
            )
        except OSError as error:
            self._started.put(error)
            return
        self._started.put(process)
        if self._errors:
            threading.Thread(target=self._errors, args=(process.stderr,), daemon=True, name="child's errors").start()
        assert process.stdout is not None
        with process.stdout:
            self._hear_all(process.stdout)
        self._ended(_end(process))

    def _hear_all(self, output: IO[bytes]) -> None:
        while text := output.readline(self._longest_line):
            try:
                self._hear(text)
            except ValueError:
                return


def _end(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a program that says no more, or no more that is understood; one that stays is ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(_END_GRACE_SECONDS)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(_END_GRACE_SECONDS)
    process.kill()
    return process.wait()
