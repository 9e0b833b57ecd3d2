"""One run of a program: started, heard, weighed, and ended for certain."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from inference.child import Child, environment
from inference.engine import EngineError
from inference.programs.running import Quoted, folder_megabytes, leashed_with_one_output, memory_megabytes
from inference.voice.command.manifest import Program
from inference.voice.model import Report

_POLL_SECONDS = 0.1
_WEIGH_SECONDS = 0.5
_READ = 65_536
_LONGEST_LINE = 4000
_END_SECONDS = 2.0


class Run:
    """A program at work in a folder."""

    def __init__(self, program: Program, arguments: Sequence[str], folder: Path, clock: Callable[[], float]) -> None:
        """Start it; EngineError when it cannot be."""
        self._program, self._folder, self._clock = program, folder, clock
        self._quoted = Quoted(program.name)
        self._ended = threading.Event()
        self._code: int | None = None
        self._fraction = 0.0
        self._printed = 0
        self._heard_at = clock()
        command = leashed_with_one_output(
            arguments, grace_seconds=program.cancel_seconds, file_megabytes=program.folder_megabytes
        )
        temporary = folder / ".temporary"
        temporary.mkdir()
        try:
            self._child = Child(
                command,
                folder=program.folder,
                environment=environment({**program.environment, "TMPDIR": str(temporary)}),
                hear=lambda line: None,
                ended=self._told_end,
                errors=self._listen,
            )
        except OSError as error:
            raise EngineError("The converter's program cannot be started.", retryable=True) from error

    def wait(self, seconds: float, report: Report) -> None:
        """Return when it has ended well; EngineError when it did not, or took more than it may, and what `report`
        raises. Whatever happens, it has ended, and what it started too."""
        until = self._clock() + seconds
        weighed_at = self._clock()
        try:
            while not self._ended.wait(_POLL_SECONDS):
                report("converting", self._fraction)
                now = self._clock()
                self._check_patience(now, until, seconds)
                if now - weighed_at > _WEIGH_SECONDS:
                    weighed_at = now
                    self._check_appetite()
        finally:
            self._child.terminate(self._program.cancel_seconds + _END_SECONDS)
        if self._code:
            raise EngineError(f"The converter's program ended with code {self._code}.", retryable=True)

    def _check_patience(self, now: float, until: float, seconds: float) -> None:
        if now > until:
            raise EngineError(f"The converter's program took longer than {seconds:.0f} s.", retryable=True)
        silence = self._program.silence_seconds
        if now - self._heard_at > silence:
            raise EngineError(f"The converter's program said nothing for {silence:.0f} s.", retryable=True)

    def _check_appetite(self) -> None:
        if self._printed > self._program.printed_megabytes * 1_000_000:
            raise EngineError("The converter's program printed without end.")
        if folder_megabytes(self._folder) > self._program.folder_megabytes:
            raise EngineError("The converter's program filled its folder.")
        if memory_megabytes(self._child.process_id) > self._program.memory_megabytes:
            raise EngineError(f"The converter's program took more than {self._program.memory_megabytes} MB of memory.")

    def _told_end(self, code: int) -> None:
        self._code = code
        self._ended.set()

    def _listen(self, output: IO[bytes]) -> None:
        """Reads all that it prints, a line at a time; bars that count up return the carriage and feed no line."""
        line = b""
        with output:
            while piece := os.read(output.fileno(), _READ):
                self._printed += len(piece)
                self._heard_at = self._clock()
                *whole, line = (line + piece).replace(b"\r", b"\n").split(b"\n")
                for each in whole:
                    self._hear(each)
                line = line[-_LONGEST_LINE:]
                if self._printed > self._program.printed_megabytes * 1_000_000:
                    # Its pipe fills up, and it waits until it is ended.
                    self._ended.wait()
                    return
        self._hear(line)

    def _hear(self, line: bytes) -> None:
        text = line[:_LONGEST_LINE].decode(errors="replace").strip()
        if not text:
            return
        self._quoted.line(text)
        if found := self._program.progress.search(text):
            groups = found.groupdict()
            if groups.get("percent"):
                done, total = float(groups["percent"]), 100.0
            else:
                done, total = float(groups.get("done") or 0), float(groups.get("total") or 0)
            if 0 <= done <= total and total > 0:
                self._fraction = max(self._fraction, done / total)


def converted(
    program: Program,
    arguments: Sequence[str],
    folder: Path,
    seconds: float,
    report: Report,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """Run it; the name of the one file in `folder` that is the result. EngineError as `Run.wait`, and when there is no
    such file, or more than one."""
    Run(program, arguments, folder, clock).wait(seconds, report)
    names = sorted(path.name for path in folder.glob(program.result) if not path.is_symlink())
    if not names:
        raise EngineError("The converter's program left nothing where it was told to.", retryable=True)
    if len(names) > 1:
        raise EngineError("The converter's program left more than one result.")
    return names[0]
