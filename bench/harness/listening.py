"""The real web as origin, real nginx in front of it, and a song in its storage: what the bench of the edge measures."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.library.models import Track, Version
from apps.library.paths import prefix_of
from apps.library.storage import storage
from config.env import ROOT
from embedded.nginx import TEMPLATES, free_port
from embedded.services import bound

SEGMENT_BYTES = 128_000
"""Four seconds of AAC at 256 kbit/s."""
SEGMENTS = 40
_READY_SECONDS = 60.0


@contextmanager
def web(folder: Path) -> Iterator[int]:
    """The site's web on a free port, on the services of this process."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)])}
    with (folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            bound([*command, "--no-access-log", "--log-level", "warning"], "SIGTERM"),
            env=environment, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web did not start: {(folder / 'web.log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except OSError:
        return False


def song(now: datetime) -> tuple[Track, UUID]:
    """A public track with a version's streamed files in the storage."""
    identity = new_id()
    folder = Path(tempfile.mkdtemp())
    (folder / "hls").mkdir()
    for number in range(SEGMENTS):
        (folder / "hls" / f"{number:03}.m4s").write_bytes(secrets.token_bytes(SEGMENT_BYTES))
    (folder / "hls" / "index.m3u8").write_text("#EXTM3U\n")
    (folder / "track.mp3").write_bytes(secrets.token_bytes(SEGMENTS * SEGMENT_BYTES))
    storage().put_folder(prefix_of(identity), folder)
    shutil.rmtree(folder, ignore_errors=True)
    owner = User.objects.create_user(f"bench-{identity}@example.org")
    track = Track.objects.create(
        owner=owner, title="Hot", created_at=now, published_at=now, visibility=Track.Visibility.PUBLIC
    )
    made = {"operation": "generate", "engine": "bench", "engine_version": "1", "licence": "", "commercial": True}
    measured = {"seconds": SEGMENTS * 4.0, "sample_rate": 44_100, "channels": 2, "energy": 0.5, "brightness": 0.5}
    version = Version.objects.create(
        id=identity, track=track, number=1, created_at=now, seed=1, master_sha256="0" * 64, **made, **measured
    )
    track.current_version = version
    track.save(update_fields=["current_version"])
    return track, identity


def unsigned(port: int) -> str:
    """The configuration's own server once more, on another port, without the signature: all else is the same."""
    server = (TEMPLATES / "default.conf.template").read_text()
    server = server[server.index("\nserver {") :]
    signed = (TEMPLATES / "refrain" / "signed.conf.template").read_text()
    headers = (TEMPLATES / "refrain" / "headers.conf.template").read_text()
    limits = [line for line in signed.splitlines() if line.startswith("limit_")]
    always = [line for line in headers.splitlines() if "edge_refusal" not in line]
    return server.replace("listen ${EDGE_LISTEN}", f"listen 127.0.0.1:{port}").replace(
        "include conf.d/refrain/signed.conf;", "\n".join([*always, *limits])
    )
