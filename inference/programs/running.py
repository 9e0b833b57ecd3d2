"""What is common to every program on a leash: its command, its last words, its weight and its appetite."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

_LEASH = Path(__file__).with_name("leash.py")
_PROC = Path("/proc")
_LOGGED_LINES = 200
_LOGGED_LENGTH = 2000
_LONGEST_MESSAGE = 400


def leashed(command: Sequence[str], *, grace_seconds: float = 0.0, file_megabytes: int = 0) -> list[str]:
    """The command that runs `command` on the leash; see `leash`."""
    options = ["--grace", str(grace_seconds)] if grace_seconds else []
    options += ["--file-megabytes", str(file_megabytes)] if file_megabytes else []
    return [sys.executable, "-I", "-S", str(_LEASH), *options, *command]


def leashed_with_one_output(command: Sequence[str], *, grace_seconds: float, file_megabytes: int) -> list[str]:
    """As `leashed`, and all that the program writes goes to its standard error."""
    whole = leashed(command, grace_seconds=grace_seconds, file_megabytes=file_megabytes)
    place = len(whole) - len(command)
    return [*whole[:place], "--one-output", *whole[place:]]


def for_people(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    """A program's words on one line, without control characters, not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * longest]).split())[:longest]


class Quoted:
    """Logs what a program prints, not more than so many lines until it is `renewed`; the rest is only counted."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left, self._dropped = _LOGGED_LINES, 0

    def renewed(self) -> None:
        """The next lines are logged again."""
        self._left = _LOGGED_LINES

    def line(self, text: str) -> None:
        """Log a line, or count it."""
        if self._left <= 0:
            self._dropped += 1
            return
        if self._dropped:
            self.say(f"({self._dropped} lines more)")
            self._dropped = 0
        self._left -= 1
        self.say(text)

    def say(self, text: str) -> None:
        """Log a line in any case."""
        print(f"{self._name}: {for_people(text, _LOGGED_LENGTH)}", file=sys.stderr, flush=True)


def folder_megabytes(folder: Path) -> float:
    """How much lies in a folder that somebody else may be writing to."""
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.lstat().st_size
        except OSError:
            continue
    return size / 1e6


def memory_megabytes(process_id: int) -> float:
    """Resident memory of all that a process has started, and what those have."""
    parents, pages = {}, {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                # the name in brackets may hold anything
                values = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(folder.name)], pages[int(folder.name)] = int(values[1]), int(values[21])
    family, size = {process_id}, 0
    while len(family) > size:
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sum(pages[each] for each in family - {process_id} if each in pages) * os.sysconf("SC_PAGE_SIZE") / 1e6
