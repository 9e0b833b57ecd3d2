"""Throw-away services for tests, benches and the demo."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.services import Services, running


@contextmanager
def temporary(*, durable: bool = False) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis on empty data, gone afterwards; yields the environment that points at them."""
    folder = Path(tempfile.mkdtemp(prefix="refrain-"))
    try:
        with running(Services(folder / "data", folder / "run", durable=durable)) as environment:
            yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)
