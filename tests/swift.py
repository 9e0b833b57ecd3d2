"""A pytest plugin with a real S3 service: OpenStack Swift on loopback, started by the first test that asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pytest_django import Settings

ROOT = Path(__file__).resolve().parents[1]
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


def bucket_made(port: int) -> str:
    """The STORAGE_URL of a new, empty bucket."""
    from apps.common.storage_address import S3Address, storage_address
    from apps.library.storage.s3_bucket import Bucket

    name = f"refrain-{uuid.uuid4().hex[:12]}"
    url = f"s3://refrain%3Atester:secret@127.0.0.1:{port}/{name}?tls=0"
    address = storage_address(url)
    assert isinstance(address, S3Address)
    Bucket(address).client.create_bucket(Bucket=name)
    return url


@pytest.fixture(scope="session")
def swift() -> Iterator[int]:
    """The port of a running Swift."""
    with swift_running() as port:
        yield port


@pytest.fixture
def s3_url(swift: int, settings: Settings) -> str:
    """The site's storage is a new bucket; its STORAGE_URL."""
    settings.STORAGE_URL = bucket_made(swift)
    return settings.STORAGE_URL


def _with_attributes() -> Path:
    """A folder on a filesystem with extended attributes, where Swift keeps what it knows of an object."""
    for folder in (Path(tempfile.gettempdir()), Path("/dev/shm"), ROOT / "var"):
        with suppress(OSError), tempfile.NamedTemporaryFile(dir=folder) as file:
            os.setxattr(file.name, "user.refrain", b"x" * 1000)
            return folder
    raise OSError("no filesystem here keeps extended attributes, which Swift needs: set TMPDIR to one that does")
