"""`make demo`: the main job, headless, over the API: a prompt becomes a song, and its stream is played back."""

from __future__ import annotations

import io
import json
import sys
import time
import urllib.request
from typing import Any

import av

from embedded.site import site

PROMPT = "a slow waltz for a snowy evening, piano and strings"
SECONDS = 30
PATIENCE_SECONDS = 120.0


SHOWN = (
    "title", "operation", "engine", "weights", "licence", "seed", "tempo", "key", "meter", "seconds", "loudness_lufs",
    "true_peak_dbtp", "measured_tempo", "measured_key", "energy", "brightness", "master_sha256",
)  # fmt: skip


class Client:
    """A user of the API, with the cookie that private listening is bound to."""

    def __init__(self, address: str, token: str) -> None:
        self.address, self._token = address, token
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def fetch(self, path: str) -> bytes:
        """What the edge answers."""
        with self._opener.open(f"{self.address}{path}", timeout=10) as response:
            body: bytes = response.read()
            return body

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON that `path` answers; a POST when there is a body."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}{path}", data=data, headers=headers)  # noqa: S310 - our own address
        with self._opener.open(request, timeout=10) as response:
            return json.load(response)


def main() -> int:
    """Exit code 0 when the song was made and its stream decodes to its length."""
    print("Starting a site on throw-away data …", flush=True)
    with site() as running:
        token = running.manage("token", "demo@example.org", "--create").strip().splitlines()[-1]
        client = Client(running.address, token)
        print(f"Asking for {SECONDS} s of “{PROMPT}” …", flush=True)
        started = time.monotonic()
        asked = client.call("/api/v1/generations", {"prompt": PROMPT, "seconds": SECONDS})
        take = _follow(client, asked["id"])
        elapsed = time.monotonic() - started
        if take["status"] != "succeeded":
            print(f"The job {take['status']}: {take['error']}", file=sys.stderr)
            return 1
        version = client.call(f"/api/v1/versions/{take['result']['version']}")
        _show(version, elapsed)
        return _play(client, version)


def _follow(client: Client, request: str) -> dict[str, Any]:
    """The take once it has ended, saying its stages."""
    said = ""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        take: dict[str, Any] = client.call(f"/api/v1/generations/{request}")["takes"][0]
        if take["stage"] != said:
            said = take["stage"]
            print(f"  {take['fraction']:4.0%} {said}", flush=True)
        if take["status"] not in {"queued", "running"} or time.monotonic() > deadline:
            return take
        time.sleep(0.1)


def _show(version: dict[str, Any], elapsed: float) -> None:
    print(f"Made in {elapsed:.1f} s, {version['seconds'] / elapsed:.1f} × real time:")
    for name in SHOWN:
        if name in version:
            print(f"  {name:15} {version[name]}")
    files = version["renditions"]
    print(f"  {'files':15} {len(files)}, {sum(file['bytes'] for file in files):,} bytes")


def _play(client: Client, version: dict[str, Any]) -> int:
    """Fetch the stream as a player does, decode it, and compare its length."""
    playback = client.call(f"/api/v1/versions/{version['id']}/playback")
    base = playback["hls"].rsplit("/", 1)[0]
    lines = client.fetch(playback["hls"]).decode().splitlines()
    names = [line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP")]
    names += [line for line in lines if line and not line.startswith("#")]
    stream = b"".join(client.fetch(f"{base}/{name}") for name in names)
    with av.open(io.BytesIO(stream), "r") as container:
        seconds = sum(frame.samples / frame.sample_rate for frame in container.decode(container.streams.audio[0]))
    ok = abs(seconds - version["seconds"]) < 0.1
    print(f"Played back {len(names) - 1} segments, {len(stream):,} bytes, {seconds:.2f} s: {'ok' if ok else 'NOT ok'}")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
