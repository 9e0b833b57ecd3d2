"""One version's files behind two edges: the web's own, and a real nginx in front of it."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.conf import settings as configured
from pytest_django import Settings

from apps.common.ids import new_id
from apps.library.edges import lifetimes
from apps.library.listeners import COOKIE
from apps.library.paths import prefix_of
from apps.library.storage import storage
from embedded.nginx import Front, Nginx, nginx
from tests.nginx import Origin, origin

TOKEN = "t" * 32
FILES = {
    "master.flac": b"fLaC-master",
    "track.mp3": bytes(range(256)) * 5_000,
    "peaks.json": b"{}",
    "hls/index.m3u8": b"#EXTM3U",
    "hls/init.mp4": b"ftyp",
    "hls/000.m4s": bytes(range(256)) * 40,
    "hls/001.m4s": b"another segment",
    "stems/drums.flac": b"fLaC-drums",
    "score.json": b"{}",
    "cover.webp": b"RIFF",
}
UNLIMITED = {"EDGE_RATE": "1000000", "EDGE_BURST": "1000000", "EDGE_CONNECTIONS": "10000"}
PROMISED_SECONDS = 60.0
logging.getLogger("httpx").setLevel(logging.WARNING)
# reading the certificates of the world for each client would be most of the suite's time
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge as its clients see it."""

    name: str
    address: str

    def client(self, token: str = "") -> httpx.Client:
        """A listener, with the cookie of one if given."""
        cookies = {COOKIE: token} if token else {}
        return httpx.Client(base_url=self.address, cookies=cookies, timeout=20, verify=_NO_TLS, trust_env=False)

    def get(self, path: str, token: str = "", **headers: str) -> httpx.Response:
        """One request."""
        with self.client(token) as client:
            return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def status(self, path: str, token: str = "") -> int:
        """The status alone: a long answer may well be cut off behind it."""
        with self.client(token) as client, client.stream("GET", path) as answer:
            return answer.status_code

    def raw(self, path: str) -> tuple[int, str]:
        """Status and headers for a path as it stands: clients tidy paths up, attackers do not."""
        where = httpx.URL(self.address)
        with socket.create_connection((where.host, where.port or 80), timeout=20) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n".encode("latin-1"))
            head = line.makefile("rb").read().split(b"\r\n\r\n")[0].decode("latin-1").lower()
        return int(head.split()[1]), head


@pytest.fixture
def media(tmp_path: Path, settings: Settings) -> Path:
    """The folder of stored files, empty."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def version(media: Path, tmp_path: Path) -> UUID:
    """A version's files, stored."""
    return store(tmp_path / "folder")


def store(folder: Path) -> UUID:
    """Put a version's files into the storage."""
    identity = new_id()
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    storage().put_folder(prefix_of(identity), folder)
    return identity


@pytest.fixture(scope="session")
def web() -> Iterator[Origin]:
    """The web's own edge on a port."""
    with origin() as running:
        yield running


@pytest.fixture(scope="session")
def in_front(web: Origin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """nginx in front of the web, as deploy/nginx configures it, without limits."""
    front = Front(secret=configured.EDGE_KEY, origin=f"127.0.0.1:{web.port}", settings=UNLIMITED)
    with nginx(tmp_path_factory.mktemp("nginx"), front) as running:
        yield running


@pytest.fixture
def behind_nginx(in_front: Nginx, version: UUID) -> Edge:
    """nginx as an edge."""
    return Edge("nginx", in_front.address)


@pytest.fixture
def web_alone(web: Origin) -> Edge:
    """The web's own edge."""
    return Edge("embedded", web.address)


@pytest.fixture(params=["embedded", "nginx"])
def edge(request: pytest.FixtureRequest, web: Origin) -> Edge:
    """Each of the edges in turn."""
    if request.param == "embedded":
        return Edge("embedded", web.address)
    return Edge("nginx", request.getfixturevalue("in_front").address)


@pytest.fixture
def short_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edges that trust for a second what they trust for ten in earnest."""
    for name in ("EDGE_SECONDS", "STALE_SECONDS", "GONE_SECONDS"):
        monkeypatch.setattr(lifetimes, name, 1)


def until(holds: Callable[[], bool], what: str) -> None:
    """Return as soon as it holds; within the promised minute it must."""
    deadline = time.monotonic() + PROMISED_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.01)
