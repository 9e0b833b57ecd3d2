"""`python -m inference.engines.command PROGRAM …`: ask a program what it can do and print that, for the file."""

from __future__ import annotations

import json
import subprocess
import sys

from inference.child import environment
from inference.engines.command import conversation
from inference.engines.command.settings import describe, read_description
from inference.programs.manifest import ManifestError

_PATIENCE_SECONDS = 300.0


def main(command: list[str]) -> int:
    """The exit code; the description goes to standard output."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        done = subprocess.run(
            command,
            input=conversation.said("describe", {}),
            stdout=subprocess.PIPE,
            env=environment({}),
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        message = conversation.heard(done.stdout.partition(b"\n")[0])
        if not isinstance(message, conversation.Described):
            raise ManifestError("the program said something else")
        print(json.dumps(describe(read_description(message.model_dump())), indent=2, ensure_ascii=False))
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
