"""`python -m inference.voice.command NAME VOCALS RECORDING RESULT`: try a configured program by hand."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from inference.engine import EngineError
from inference.voice.command.converter import CommandConverter
from inference.voice.command.manifest import VARIABLE, configured


def main() -> int:
    """The exit code; progress goes to standard error."""
    parser = argparse.ArgumentParser(prog="python -m inference.voice.command", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("vocals", type=Path)
    parser.add_argument("recording", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--semitones", type=int, default=0)
    given = parser.parse_args()
    programs = configured()
    if given.name not in programs:
        print(f"{VARIABLE} names no program {given.name}: {', '.join(programs) or 'none at all'}", file=sys.stderr)
        return 2
    converter = CommandConverter(programs[given.name])
    try:
        converter.sing(given.vocals, given.result.resolve(), given.recording, given.semitones, _say)
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _say(stage: str, fraction: float) -> None:
    print(f"\r{stage} {fraction:4.0%}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
