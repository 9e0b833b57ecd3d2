"""`python -m tests.drift`: do migrations match the models, and docs/openapi.yaml the API? `--write` renews it."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from embedded.temporary import temporary

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = ROOT / "docs" / "openapi.yaml"


def main() -> int:
    """Exit code 0 when nothing has drifted."""
    with temporary() as environment, tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "openapi.yaml"
        spectacular = ("spectacular", "--validate", "--fail-on-warn", "--file", str(fresh))
        for command in (("makemigrations", "--check", "--dry-run"), spectacular):
            done = subprocess.run(
                [sys.executable, str(ROOT / "manage.py"), *command], env={**os.environ, **environment}, check=False
            )
            if done.returncode:
                return done.returncode
        if "--write" in sys.argv:
            SCHEMA.write_text(fresh.read_text())
        return _compare(SCHEMA.read_text() if SCHEMA.exists() else "", fresh.read_text())


def _compare(kept: str, fresh: str) -> int:
    difference = list(difflib.unified_diff(kept.splitlines(), fresh.splitlines(), "docs/openapi.yaml", "the API", n=1))
    if difference:
        print("\n".join(difference[:60]))
        print("The API has drifted from its description: `python -m tests.drift --write` renews it.", file=sys.stderr)
    return bool(difference)


if __name__ == "__main__":
    sys.exit(main())
