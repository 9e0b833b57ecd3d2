"""The same promises for files of this machine and for a real S3 service."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from pytest_django import Settings

from apps.library.storage import PartTarget, Storage, storage
from embedded.intake import intake
from tests.swift import empty_bucket

Send = Callable[[PartTarget, bytes], int]


@pytest.fixture(params=["disk", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> Storage:
    """An empty storage, of either kind."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGE_URL = empty_bucket(request.getfixturevalue("swift")) if request.param == "s3" else ""
    return storage()


@pytest.fixture
def send() -> Send:
    """Puts a part where it belongs, as a browser does; the answer's status."""

    async def here(target: PartTarget, content: bytes) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=intake), base_url="http://test") as client:
            return (await client.put(target.url, content=content, headers=dict(target.headers))).status_code

    def put(target: PartTarget, content: bytes) -> int:
        if target.url.startswith("/"):
            return asyncio.run(here(target, content))
        return httpx.put(target.url, content=content, headers=dict(target.headers)).status_code

    return put


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder with files in a folder inside it."""

    def make(name: str, **contents: bytes) -> Path:
        path = tmp_path / name
        (path / "inner").mkdir(parents=True)
        for leaf, content in contents.items():
            (path / "inner" / leaf).write_bytes(content)
        return path

    return make
