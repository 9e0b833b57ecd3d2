"""A pytest plugin with a real S3 service: OpenStack Swift on loopback, started by the first test that asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[1]
_ROOM = 1 << 30
_CHILD = ROOT / "platform" / "embedded" / "child.py"


@contextmanager
def swift_running() -> Iterator[int]:
    """A Swift on empty data, gone afterwards; yields its port."""
    folder = Path(tempfile.mkdtemp(prefix="refrain-swift-", dir=_with_attributes()))
    command = [sys.executable, "-W", "ignore", "-m", "tests.swift_server", str(folder)]
    process = subprocess.Popen(
        [sys.executable, str(_CHILD), "SIGKILL", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("w"),
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (folder / "log").read_text()
        yield int(line)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def empty_bucket(port: int) -> str:
    """The STORAGE_URL of a bucket with nothing in it."""
    from apps.common.storage_address import storage_address
    from apps.library.storage import storage_at
    from apps.library.storage.s3 import S3Storage

    url = f"s3://refrain%3Atester:secret@127.0.0.1:{port}/refrain?tls=0"
    files = storage_at(storage_address(url))
    assert isinstance(files, S3Storage)
    files.bucket.make()
    files.bucket.remove_below("")
    files.incoming.clear(before=datetime.max.replace(tzinfo=UTC))
    return url


@pytest.fixture(scope="session")
def swift() -> Iterator[int]:
    """The port of a running Swift."""
    with swift_running() as port:
        yield port


@pytest.fixture
def s3_url(swift: int, settings: Settings) -> str:
    """The site's storage is an empty bucket; its STORAGE_URL."""
    url = empty_bucket(swift)
    settings.STORAGE_URL = url
    return url


def _with_attributes() -> Path:
    """A folder where Swift can keep what it knows of an object, in extended attributes; in memory if there is room."""
    for folder in (Path("/dev/shm"), Path(tempfile.gettempdir()), ROOT / "var"):
        with suppress(OSError), tempfile.NamedTemporaryFile(dir=folder) as file:
            os.setxattr(file.name, "user.refrain", b"x" * 1000)
            if shutil.disk_usage(folder).free > _ROOM:
                return folder
    raise OSError("no filesystem here keeps extended attributes, which Swift needs: set TMPDIR to one that does")
