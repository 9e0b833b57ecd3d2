"""Reading a model hub over HTTP, as the Hugging Face hub and its mirrors speak it."""

from __future__ import annotations

import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

_TIMEOUT_SECONDS = 30.0
_LONGEST_ANSWER = 16 * 2**20
_CHUNK = 2**20
_PATH = re.compile(r"(?!\.)[A-Za-z0-9._-]+(/(?!\.)[A-Za-z0-9._-]+){0,4}")
_HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_WANTED = (".json", ".txt", ".safetensors", ".model")
"""Configuration, vocabularies and safetensors; never what Python would have to unpickle."""


class HubError(Exception):
    """The hub cannot be reached or does not give this; `passing` when another try may succeed."""

    def __init__(self, message: str, *, passing: bool) -> None:
        super().__init__(message)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a model, as the hub lists it; exactly one of the hashes is known."""

    path: str
    bytes: int
    sha256: str = ""
    git_sha1: str = ""
    """Of git's blob: SHA-1 over "blob SIZE\\0" and the content."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub at `endpoint`; `token` is sent there alone and not to where it redirects."""

    endpoint: str
    token: str = ""
    offline: bool = False

    def files(self, repository: str, revision: str) -> tuple[str, tuple[RemoteFile, ...]]:
        """The commit that `revision` means today, and what of its files is of use. Raises HubError."""
        about = self._json(f"/api/models/{repository}/revision/{quote(revision, safe='')}")
        commit = about.get("sha") if isinstance(about, dict) else None
        if not isinstance(commit, str) or not _HEX.fullmatch(commit):
            raise HubError("the hub's answer makes no sense", passing=False)
        listed = self._json(f"/api/models/{repository}/tree/{commit}?recursive=true")
        if not isinstance(listed, list):
            raise HubError("the hub's answer makes no sense", passing=False)
        files = tuple(_remote_file(entry) for entry in listed if _is_wanted(entry))
        return commit, _without_doubles(files)

    @contextmanager
    def open(self, repository: str, commit: str, path: str, start: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Where the answer really begins, 0 or `start`, and its chunks as they come. Raises HubError."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._request(f"/{repository}/resolve/{commit}/{quote(path)}", headers) as response:
            yield start if response.status == http.HTTPStatus.PARTIAL_CONTENT else 0, _chunks(response)

    def _json(self, path: str) -> Any:
        with self._request(path, {}) as response:
            body = b"".join(_chunks(response, _LONGEST_ANSWER))
        try:
            return json.loads(body)
        except ValueError as error:
            raise HubError("the hub's answer makes no sense", passing=True) from error

    @contextmanager
    def _request(self, path: str, headers: Mapping[str, str]) -> Iterator[Any]:
        if self.offline:
            raise HubError("HF_HUB_OFFLINE is set", passing=False)
        if urlsplit(self.endpoint).scheme not in {"http", "https"}:
            raise HubError(f"HF_ENDPOINT is {self.endpoint!r}, no web address", passing=False)
        request = urllib.request.Request(self.endpoint.rstrip("/") + path, headers=dict(headers))  # noqa: S310
        if self.token:
            request.add_unredirected_header("Authorization", f"Bearer {self.token}")
        try:
            response = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                raise HubError(_said(error.code), passing=error.code in {408, 416, 429} or error.code >= 500) from error
        except (OSError, http.client.HTTPException) as error:
            raise _broken(error) from error
        with response:
            yield response


def from_environment(environment: Mapping[str, str] = os.environ) -> Hub:
    """The hub that HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE name, as their own library reads them."""
    offline = environment.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
    endpoint = environment.get("HF_ENDPOINT") or "https://huggingface.co"
    return Hub(endpoint, environment.get("HF_TOKEN", ""), offline)


def _chunks(response: Any, most: int | None = None) -> Iterator[bytes]:
    """What has arrived, piece by piece; a connection that ends early raises as one that breaks."""
    taken, promised = 0, response.headers.get("Content-Length")
    while chunk := _read(response):
        taken += len(chunk)
        if most is not None and taken > most:
            raise HubError("the hub's answer is too long", passing=False)
        yield chunk
    if promised is not None and promised.isdecimal() and taken < int(promised):
        raise HubError("the connection broke off", passing=True)


def _read(response: Any) -> bytes:
    try:
        chunk: bytes = response.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _broken(error) from error
    return chunk


def _broken(error: Exception) -> HubError:
    return HubError(f"the connection failed ({getattr(error, 'reason', error) or type(error).__name__})", passing=True)


def _is_wanted(entry: Any) -> bool:
    if not isinstance(entry, dict) or entry.get("type") != "file":
        return False
    path, size = entry.get("path"), entry.get("size")
    if not isinstance(path, str) or not isinstance(size, int) or size < 0:
        return False
    return bool(_PATH.fullmatch(path)) and path.endswith(_WANTED) and ".bin." not in path


def _remote_file(entry: dict[str, Any]) -> RemoteFile:
    stored = entry.get("lfs")
    oid = stored.get("oid") if isinstance(stored, dict) else entry.get("oid")
    oid = oid.removeprefix("sha256:") if isinstance(oid, str) else ""
    if not _HEX.fullmatch(oid) or (isinstance(stored, dict) and len(oid) != 64):
        raise HubError(f"the hub gives no hash for {entry['path']}", passing=False)
    if len(oid) == 64:
        return RemoteFile(entry["path"], entry["size"], sha256=oid)
    return RemoteFile(entry["path"], entry["size"], git_sha1=oid)


def _without_doubles(files: tuple[RemoteFile, ...]) -> tuple[RemoteFile, ...]:
    """Weights published at several precisions are fetched once, at the plain one."""
    paths = {file.path for file in files}
    return tuple(file for file in files if re.sub(r"\.(fp16|bf16|fp32)\.", ".", file.path) not in paths - {file.path})


def _said(status: int) -> str:
    if status in {401, 403}:
        return f"the hub refused ({status}); a licence may have to be accepted there first, and HF_TOKEN set"
    return "the hub does not have them (404)" if status == 404 else f"the hub answered {status}"
