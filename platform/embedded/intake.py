"""The embedded intake: takes one part of a file at an address we signed, of the length that is signed into it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from apps.library.storage import DiskIncoming, StorageFull, full_is_clear, storage
from apps.library.storage.part_signing import LIFE, PartClaim, part_claim, part_refusal

_METHODS = "PUT, OPTIONS"
_BLOCK = 256 * 1024
_SILENCE = 60.0
"""Seconds without a byte after which a sender is given up."""
_NO_ADDRESS = "This is no address for a part."
_ALWAYS = {"x-content-type-options": "nosniff", "cache-control": "no-store", "referrer-policy": "no-referrer"}


class _WrongLength(Exception):
    """The body is not what was signed."""


async def intake(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI application for everything below `/incoming/`."""
    with contextlib.suppress(ClientDisconnect):
        request = Request(scope, receive)
        await (await _answer(request))(scope, receive, send)


async def _answer(request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**_ALWAYS, "allow": _METHODS})
    if request.method != "PUT":
        return _refuse(405, "A part is put here.", allow=_METHODS)
    # the raw path, so that "%2e" and friends never match
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    claim = part_claim(raw.split(b"?")[0].decode("latin-1"))
    if claim is None:
        return _refuse(403, _NO_ADDRESS)
    refusal = part_refusal(claim, datetime.now(UTC))
    if refusal is not None:
        return _refuse(403, f"This address is {refusal}. Ask for a new one.")
    incoming = storage().incoming
    if not isinstance(incoming, DiskIncoming):
        return _refuse(403, _NO_ADDRESS)
    announced = request.headers.get("content-length")
    if announced is not None and announced != str(claim.size):
        return _refuse(400, f"This part has {claim.size} bytes.", connection="close")
    try:
        etag = await _take(request, incoming, claim)
    except _WrongLength:
        return _refuse(400, f"This part has {claim.size} bytes.", connection="close")
    except FileNotFoundError:
        return _refuse(410, "This upload has ended.", connection="close")
    except StorageFull:
        return _refuse(507, "There is no room for this file.", connection="close")
    except TimeoutError:
        return _refuse(408, "The part did not come.", connection="close")
    return Response(status_code=200, headers={**_ALWAYS, "etag": f'"{etag}"'})


async def _take(request: Request, incoming: DiskIncoming, claim: PartClaim) -> str:
    """Write the body beside the parts, and make it one when it is whole; whatever happens, nothing else stays."""
    with full_is_clear():
        draft = await run_in_threadpool(incoming.draft, claim.handle)
        try:
            # who drips bytes is given up, too, when the address would have expired had it been new
            async with asyncio.timeout(LIFE.total_seconds()):
                await _write(request, draft, claim.size)
            return await run_in_threadpool(incoming.keep, draft, claim.handle, claim.number)
        finally:
            incoming.discard(draft)


async def _write(request: Request, draft: IO[bytes], size: int) -> None:
    left, kept = size, bytearray()
    async for chunk in _chunks(request):
        left -= len(chunk)
        if left < 0:
            raise _WrongLength
        kept += chunk
        if len(kept) >= _BLOCK:
            await run_in_threadpool(draft.write, bytes(kept))
            kept.clear()
    if left:
        raise _WrongLength
    await run_in_threadpool(draft.write, bytes(kept))


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        async with asyncio.timeout(_SILENCE):
            try:
                chunk = await anext(stream)
            except StopAsyncIteration:
                return
        yield chunk


def _refuse(status: int, words: str, **headers: str) -> Response:
    return PlainTextResponse(words, status, headers={**_ALWAYS, **headers})
