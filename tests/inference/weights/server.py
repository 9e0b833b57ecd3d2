"""A small model hub on a real socket, that can misbehave."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Model:
    """What the hub has, and how it behaves."""

    folder: Path
    breaks_after: int | None = None
    """Bytes after which every transfer of a larger file ends."""
    spoiled: set[str] = field(default_factory=set)
    """Files that arrive with other bytes than listed."""
    listed_besides: list[dict[str, Any]] = field(default_factory=list)
    refuses: int = 0
    """A status for everything, when not 0."""
    storage: str = ""
    """Another server's address, to which large files are redirected."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Paths with their Range."""
    authorizations: list[str] = field(default_factory=list)
    step: threading.Event | None = None
    """When given, a transfer waits for it after its first half."""

    def files(self) -> list[Path]:
        """Everything there is."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@contextmanager
def serving(model: Model) -> Iterator[str]:
    """The hub's address, while it runs."""
    handler = type("Handler", (_Handler,), {"model": model})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        if model.step is not None:
            model.step.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    model: Model
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        model = self.model
        model.requests.append((self.path, self.headers.get("Range", "")))
        model.authorizations.append(self.headers.get("Authorization", ""))
        if model.refuses:
            self._send(model.refuses, b"{}")
        elif "/revision/" in self.path:
            self._send(200, json.dumps({"sha": COMMIT}).encode())
        elif "/tree/" in self.path:
            self._send(200, json.dumps([_entry(model, path) for path in model.files()] + model.listed_besides).encode())
        else:
            # Who fetches may be cancelled and go.
            with contextlib.suppress(ConnectionError):
                self._file(self.path.partition(f"/resolve/{COMMIT}/")[2])

    def _file(self, name: str) -> None:
        model = self.model
        content = (model.folder / name).read_bytes()
        if model.storage and name.endswith(".safetensors"):
            self.send_response(302)
            self.send_header("Location", f"{model.storage}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if name in model.spoiled:
            content = bytes(len(content))
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        body = content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if model.breaks_after is not None and len(body) > model.breaks_after:
            self.wfile.write(body[: model.breaks_after])
            self.close_connection = True
            return
        half = len(body) // 2
        self.wfile.write(body[:half])
        self.wfile.flush()
        if model.step is not None and name.endswith(".safetensors"):
            model.step.wait(30)
        self.wfile.write(body[half:])

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def _entry(model: Model, path: Path) -> dict[str, Any]:
    content, name = path.read_bytes(), path.relative_to(model.folder).as_posix()
    entry: dict[str, Any] = {"type": "file", "path": name, "size": len(content)}
    if name.endswith(".safetensors"):
        pointer = {"oid": hashlib.sha256(content).hexdigest(), "size": len(content)}
        return {**entry, "oid": "f" * 40, "lfs": pointer}
    return {**entry, "oid": hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()}
