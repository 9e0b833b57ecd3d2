"""Whether a program's weights are all there: half a download would only be noticed after minutes, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from inference.engine import EngineError
from inference.voice.command.manifest import Weights


class WeightsMissing(EngineError):
    """A file of the weights is not there, or not all of it, or another one."""


def check(weights: Sequence[Weights]) -> None:
    """WeightsMissing for the first file that is not what the manifest says."""
    for each in weights:
        path = Path(each.path)
        try:
            facts = path.stat()
        except OSError as error:
            raise WeightsMissing(f"The converter's weights are not there: {path.name}.") from error
        if facts.st_size != each.bytes:
            raise WeightsMissing(
                f"The converter's weights are not complete: {path.name} has {facts.st_size} of {each.bytes} bytes."
            )
        if each.sha256 and _sha256(path, facts.st_mtime_ns, facts.st_size) != each.sha256:
            raise WeightsMissing(f"The converter's weights are not the ones that were named: {path.name}.")


@lru_cache(maxsize=64)
def _sha256(path: Path, changed: int, size: int) -> str:
    """Once for each state of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
