"""The embedded media edge: serves what a signed prefix allows, from the storage, and nothing else."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from apps.library.edges.lifetimes import everybodys, gone, listeners
from apps.library.edges.memory import Memory
from apps.library.edges.standing import Standing, standing_of
from apps.library.listeners import COOKIE
from apps.library.paths import prefix_of, streamed
from apps.library.signing import ROOT, Claim, check
from apps.library.storage import Storage, StorageAway, storage
from embedded.stored import StoredResponse, etag_of, local_answer

_METHODS = "GET, HEAD, OPTIONS"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}

_standings: Memory[UUID, Standing] = Memory()
_sizes: Memory[str, int] = Memory()


async def edge(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application for everything below `/media/`."""
    request = Request(scope, receive)
    await (await _answer(request))(scope, receive, send)


async def _answer(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**ALWAYS, "allow": _METHODS})
    if request.method not in {"GET", "HEAD"}:
        return _refuse(405, "This address can only be read.", {"allow": _METHODS})
    found = _parts(request)
    if found is None:
        return _refuse(403, "This is no listening address.")
    claim, path = found
    refusal = check(claim, request.cookies.get(COOKIE, ""), datetime.now(UTC))
    if refusal is not None:
        return _refuse(403, f"This listening address is {refusal}. Ask for a new one.")
    return await run_in_threadpool(_serve, claim, path, request)


def _parts(request: Request) -> tuple[Claim, str] | None:
    """The claim and the file it asks for; None unless the address is exactly as we write it."""
    # the raw path, so that "%2e" and friends never match
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    pieces = raw.split(b"?")[0].decode("latin-1").removeprefix(f"{ROOT}/").split("/", 4)
    if len(pieces) != 5:
        return None
    expiry, listener, signature, version, path = pieces
    try:
        identity = UUID(version)
    except ValueError:
        return None
    if str(identity) != version or not streamed(path):
        return None
    return Claim(expiry, listener, signature, identity), path


def _serve(claim: Claim, path: str, request: Request) -> Response:
    try:
        return _stored(claim, path, request, storage())
    except StorageAway:
        return _refuse(503, "The storage does not answer. Try again in a moment.", {"retry-after": "2"})


def _stored(claim: Claim, path: str, request: Request, files: Storage) -> Response:
    standing = _standing(claim.version, files)
    if standing is Standing.DENIED:
        return _refuse(410, "This song was taken down.", gone())
    if standing is Standing.WITHDRAWN and claim.public:
        return _refuse(403, "This song is not public any more.", gone())
    headers = {**ALWAYS, **(everybodys(path) if claim.public else listeners())}
    try:
        return _found(files, f"{prefix_of(claim.version)}/{path}", request, headers)
    except FileNotFoundError:
        if files.exists(prefix_of(claim.version)):
            return _refuse(404, "This version has no such file.")
        return _refuse(410, "This song is gone.", gone())


def _standing(version: UUID, files: Storage) -> Standing:
    """What the marks say: those of this machine are read each time, which costs nothing."""
    if files.local_path(prefix_of(version)) is not None:
        return standing_of(version, files)
    return _standings.get(version, lambda: standing_of(version, files))


def forget() -> None:
    """Know nothing of a remote storage, as after a start."""
    _standings.clear()
    _sizes.clear()


def _found(files: Storage, name: str, request: Request, headers: Mapping[str, str]) -> Response:
    """The file, or that it is known already; FileNotFoundError when there is none."""
    local = files.local_path(name)
    if local is not None:
        facts = local.lstat()
        if not stat.S_ISREG(facts.st_mode):
            raise FileNotFoundError(name)
        size = facts.st_size
    else:
        size = _sizes.get(name, lambda: files.size(name))
    tag = etag_of(name, size)
    if _knows(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers={**headers, "etag": tag})
    if local is not None:
        return local_answer(name, local, facts, headers)
    return StoredResponse(name, size, headers, None if request.method == "HEAD" else files.open(name))


def _knows(asked: str, tag: str) -> bool:
    """Whether If-None-Match names the tag; caches in between may have weakened it."""
    return any(known.strip().removeprefix("W/") == tag for known in asked.split(","))


def _refuse(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(words, status, headers={**ALWAYS, **(headers or {}), "cache-control": "no-store"})
