"""The embedded media edge: serves what a signed prefix allows, from the files of this machine, and nothing else."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from uuid import UUID

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from apps.library.listeners import COOKIE
from apps.library.paths import MEDIA_TYPES, denied_mark, prefix_of, streamed, withdrawn_mark
from apps.library.signing import ROOT, Claim, check
from apps.library.storage import storage

_METHODS = "GET, HEAD, OPTIONS"
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}


async def edge(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application for everything below `/media/`."""
    request = Request(scope, receive)
    await (await _answer(request))(scope, receive, send)


async def _answer(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**_ALWAYS, "allow": _METHODS})
    if request.method not in {"GET", "HEAD"}:
        return _refuse(405, "This address can only be read.", {"allow": _METHODS})
    found = _parts(request)
    if found is None:
        return _refuse(403, "This is no listening address.")
    claim, path = found
    now = datetime.now(UTC)
    refusal = check(claim, request.cookies.get(COOKIE, ""), now)
    if refusal is not None:
        return _refuse(403, f"This listening address is {refusal}. Ask for a new one.")
    return await run_in_threadpool(_serve, claim, path, request.headers, now)


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


def _serve(claim: Claim, path: str, headers: Mapping[str, str], now: datetime) -> Response:
    files = storage()
    if files.exists(denied_mark(claim.version)):
        return _refuse(410, "This song was taken down.")
    if claim.public and files.exists(withdrawn_mark(claim.version)):
        return _refuse(403, "This song is not public any more.")
    prefix = prefix_of(claim.version)
    file = files.local_path(f"{prefix}/{path}")
    try:
        facts = file.lstat() if file else None
    except OSError:
        facts = None
    if file is None or facts is None or not stat.S_ISREG(facts.st_mode):
        if files.exists(prefix):
            return _refuse(404, "This version has no such file.")
        return _refuse(410, "This song is gone.")
    left = max(0, int(claim.expiry) - int(now.timestamp()))
    cache = f"public, max-age={left}, immutable" if claim.public else f"private, max-age={left}"
    response = FileResponse(
        file,
        media_type=MEDIA_TYPES[PurePosixPath(path).suffix],
        stat_result=facts,
        headers={**_ALWAYS, "cache-control": cache},
    )
    if headers.get("if-none-match") == response.headers["etag"]:
        kept = {name: response.headers[name] for name in ("etag", "cache-control", "last-modified")}
        return Response(status_code=304, headers={**_ALWAYS, **kept})
    return response


def _refuse(status: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    return PlainTextResponse(words, status, headers={**_ALWAYS, "cache-control": "no-store", **(headers or {})})
