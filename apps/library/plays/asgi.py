"""The beacon's short way: `POST /api/v1/plays` without sessions, middleware or threads, because it comes most often.

It answers what `api.Plays` answers, from the same judgement.
"""

from __future__ import annotations

import json
import time

from django.http import parse_cookie
from django.utils import timezone
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.common.addresses import UNKNOWN, address_behind
from apps.common.metrics import observe
from apps.common.problems import MEDIA_TYPE
from apps.common.request_ids import HEADER, accept_request_id, bind_request_id
from apps.library.listeners import COOKIE
from apps.library.plays.appender import appender
from apps.library.plays.beacons import MOST_BYTES, Answer, held_up, judged

PATH = "/api/v1/plays"
_ROUTE = PATH.removeprefix("/")
_REQUEST_ID = HEADER.lower().encode()


def with_beacons(pages: ASGIApp) -> ASGIApp:
    """`pages`, with beacons answered before they get there."""

    async def http(scope: Scope, receive: Receive, send: Send) -> None:
        await (_heard if scope["path"] == PATH and scope["method"] == "POST" else pages)(scope, receive, send)

    return http


async def _heard(scope: Scope, receive: Receive, send: Send) -> None:
    began = time.perf_counter()
    request_id = accept_request_id(_header(scope, _REQUEST_ID))
    bind_request_id(request_id)
    body = await _body(receive)
    if body is None:
        return
    answer = await _answer(scope, body)
    # no line in the log for each: there is one for every half-minute that anybody listens
    observe("POST", _ROUTE, answer.status, time.perf_counter() - began)
    content = json.dumps(answer.body).encode()
    told = {
        **answer.headers,
        HEADER: request_id,
        "Content-Type": MEDIA_TYPE if answer.status >= 400 else "application/json",
        "Content-Length": str(len(content)),
        "X-Content-Type-Options": "nosniff",
    }
    lines = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": lines})
    await send({"type": "http.response.body", "body": content})


async def _answer(scope: Scope, body: bytes) -> Answer:
    address = address_behind(_header(scope, b"x-forwarded-for"), (scope.get("client") or (UNKNOWN,))[0])
    token = parse_cookie(_header(scope, b"cookie")).get(COOKIE, "")
    found = judged(body, token=token, address=address, now=timezone.now())
    if isinstance(found, Answer):
        return found
    if found.beacon is not None and (wait := await appender().append(found.beacon)):
        return held_up(wait)
    return found.answer


async def _body(receive: Receive) -> bytes | None:
    """The body, as far as one can be a beacon; None when the client has gone."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part: bytes = message.get("body", b"")
        size += len(part)
        if size <= MOST_BYTES:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= MOST_BYTES else b""


def _header(scope: Scope, wanted: bytes) -> str:
    """As Django has it: what came in several lines is one."""
    return ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == wanted)
