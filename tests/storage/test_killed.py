"""A writer that is killed leaves no folder that is there by half, and what it leaves can be cleared."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from apps.common.storage_address import storage_address
from apps.library.storage import Storage
from apps.library.storage.s3 import S3Storage
from tests.storage.killed import put_and_die

LEAVES = ("a", "b")
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.storage.killed"])


def test_wherever_a_writer_is_killed_its_folder_is_whole_or_not_there(
    files: Storage, make_folder: Callable[..., Path]
) -> None:
    address = storage_address(settings.STORAGE_URL) or Path(settings.MEDIA_ROOT)
    folders = [make_folder(f"folders/{n}", **dict.fromkeys(LEAVES, b"%d" % n)) for n in range(1, 41)]
    writers = _processes.Process(target=put_and_die, args=[address, folders[0].parent])
    writers.start()
    writers.join()
    assert writers.exitcode == 0
    survivor = max(int(folder.name) for folder in folders if not folder.exists())
    stored = {f"versions/{n}" for n in range(1, survivor + 1) if is_whole(files, n)}
    assert f"versions/{survivor}" in stored
    assert {folder.prefix for folder in files.folders("versions")} == stored
    files.clear_drafts(before=datetime.now(UTC) + timedelta(minutes=1))
    assert {folder.prefix for folder in files.folders("versions")} == stored
    assert left_over(files, stored) == []
    # the first step of all killed one before it did anything; the second left something
    assert not {"versions/1", "versions/2"} & stored
    files.put_folder("versions/2", make_folder("again", a=b"again"))
    assert files.exists("versions/2")


def is_whole(files: Storage, number: int) -> bool:
    """Whether the folder is there with all its files; a part of it is an error."""
    names = [f"versions/{number}/inner/{leaf}" for leaf in LEAVES]
    found = [files.exists(name) for name in names]
    assert len({files.exists(f"versions/{number}"), *found}) == 1
    for name in names:
        try:
            with files.open(name) as file:
                assert file.read() == b"%d" % number
        except FileNotFoundError:
            assert not any(found)
    return all(found)


def left_over(files: Storage, stored: set[str]) -> list[str]:
    """What the storage holds beside the folders that are whole."""
    if isinstance(files, S3Storage):
        keys = [each.key.removeprefix(".whole/") for each in files.bucket.list("")]
    else:
        root = Path(settings.MEDIA_ROOT)
        keys = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    return [key for key in keys if "/".join(key.split("/")[:2]) not in stored]
