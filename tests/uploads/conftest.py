"""Files that people bring, and how a browser sends them."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.library.storage import PartTarget
from apps.uploads.models import Upload
from apps.uploads.parts import part_bytes, part_sizes
from apps.uploads.services.upload_start import upload_start
from apps.uploads.services.upload_targets import upload_targets
from embedded.intake import intake
from tests.world import make_user

RATE = 44_100


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> Path:
    """Scratch and media of the test's own."""
    cache.clear()
    settings.SCRATCH = tmp_path / "scratch"
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


@pytest.fixture
def sender(db: None) -> User:
    """Somebody on the free plan."""
    return make_user()


def tone(seconds: float, *, hertz: float = 220.0, rate: int = RATE, channels: int = 2) -> np.ndarray[Any, Any]:
    """A soft tone that breathes, as 16-bit samples."""
    time = np.arange(int(seconds * rate), dtype=np.float32) / rate
    sound = 0.3 * np.sin(2 * np.pi * hertz * time) * (0.6 + 0.4 * np.sin(2 * np.pi * 0.5 * time))
    return np.repeat((sound * 32767).astype("<i2")[:, None], channels, axis=1)


def wav(seconds: float = 3.0, **how: Any) -> bytes:
    """The tone as a WAV."""
    samples = tone(seconds, **how)
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(how.get("rate", RATE))
        file.writeframes(samples.tobytes())
    return kept.getvalue()


def wav_header(data_bytes: int, *, rate: int = RATE, channels: int = 2, kind: int = 1, bits: int = 16) -> bytes:
    """The head of a WAV, whatever follows."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, rate, rate * block, block, bits)
    whole = struct.pack("<4sI4s4sI", b"RIFF", min(36 + data_bytes, 2**32 - 1), b"WAVE", b"fmt ", len(form)) + form
    return whole + struct.pack("<4sI", b"data", data_bytes)


def put(target: PartTarget | dict[str, Any], content: bytes) -> int:
    """Send a part as a browser does; returns the status."""
    url, headers = (
        (target.url, target.headers) if isinstance(target, PartTarget) else (target["url"], target["headers"])
    )

    async def send() -> int:
        transport = None if url.startswith("http") else httpx.ASGITransport(app=intake)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return (await client.put(url, content=content, headers=dict(headers))).status_code

    return async_to_sync(send)()


def cut(content: bytes) -> list[bytes]:
    """The parts of a file."""
    each = part_bytes(len(content))
    return [content[start : start + each] for start in range(0, len(content), each)]


def sent(owner: User, content: bytes, filename: str = "song.wav") -> Upload:
    """An upload all of whose parts arrived."""
    now = timezone.now()
    upload = upload_start(owner=owner, filename=filename, size=len(content), media_type="", now=now)
    parts = cut(content)
    assert [len(part) for part in parts] == part_sizes(len(content))
    for target in upload_targets(upload=upload, numbers=range(1, len(parts) + 1), now=now):
        assert put(target, parts[target.number - 1]) == 200
    upload.refresh_from_db()
    return upload


def left_over(folders: Path) -> list[str]:
    """Files of the storage and the scratch folder that belong to no version."""
    found = [*(folders / "media").rglob("*"), *(folders / "scratch").rglob("*")]
    return sorted(
        path.relative_to(folders).as_posix()
        for path in found
        if path.is_file() and not path.is_relative_to(folders / "media" / "versions")
    )
