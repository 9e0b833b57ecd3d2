"""What a disk is asked for so that files stay: its word that it keeps them, and a clear one when it is full."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.library.storage.contract import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def full_is_clear() -> Iterator[None]:
    """Turns the operating system's ways of saying "no room" into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull("The disk is full: there is no room to keep this song.") from error
        raise


def sync(*paths: Path) -> None:
    """Have the disk keep files, or folders' lists of names."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
