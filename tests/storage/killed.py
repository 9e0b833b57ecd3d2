"""Writers that are killed, each at another step, in processes of their own."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from apps.common.storage_address import S3Address
from apps.library.storage import Storage, storage_at
from apps.library.storage.s3 import S3Storage

_STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.copyfile"}


def put_and_die(address: S3Address | Path, folders: Path) -> None:
    """Put the folders `1`, `2`, … below "versions", the n-th killed right before its n-th step, until one gets through.

    A step is a request, or a call that touches a file.
    """
    files = storage_at(address)
    for step in range(1, len(list(folders.iterdir())) + 1):
        child = os.fork()
        if child == 0:
            _die_at(files, step)
            files.put_folder(f"versions/{step}", folders / str(step))
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            return
    raise AssertionError("there are more steps than folders")


def _die_at(files: Storage, step: int) -> None:
    taken = 0

    def count(**_: Any) -> None:
        nonlocal taken
        taken += 1
        if taken == step:
            os.kill(os.getpid(), signal.SIGKILL)

    if isinstance(files, S3Storage):
        files.bucket.client.meta.events.register("before-send.s3", count)
    else:
        sys.addaudithook(lambda event, _: count() if event in _STEPS else None)
