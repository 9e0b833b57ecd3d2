"""What a beacon is answered, without asking anything but the clock and the signature."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.common.problems import problem
from apps.library.plays.nonces import LIFE, Nonce, again, listener_of_token, network_of, sealed, unsealed
from apps.library.plays.stream import UNREACHABLE, Beacon

MOST_BYTES = 2048
_AGAIN_SECONDS = 20
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a JSON body and headers, for whatever speaks HTTP."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_STORE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A play that was heard; `beacon` is None for an owner's own, which is nobody's business to count."""

    beacon: Beacon | None
    answer: Answer


def judged(body: bytes, *, token: str, address: str, now: datetime) -> Accepted | Answer:
    """Whether the body's nonce has been heard by the listener with cookie `token`; a refusal is an Answer."""
    text = _nonce_in(body)
    if text is None:
        return _refused(400, "malformed", "Send {“nonce”: “…”} as JSON.")
    nonce = unsealed(text)
    if nonce is None or not token or nonce.listener != listener_of_token(token):
        return _refused(403, "forbidden", "This nonce was not issued to this listener.")
    if now - nonce.issued_at > LIFE:
        return _refused(410, "expired", "This nonce is too old to count.")
    if now < nonce.due_at:
        return _too_early(nonce, now)
    beacon = None if nonce.own else Beacon(text, nonce.listener, network_of(address))
    return Accepted(beacon, Answer(202, {"play": sealed(again(nonce, address=address, now=now))}))


def held_up(wait: int) -> Answer:
    """For a beacon that was not appended: its sender is too fast by `wait` seconds, or Redis is away."""
    if wait == UNREACHABLE:
        headers = {**_NO_STORE, "Retry-After": str(_AGAIN_SECONDS)}
        return Answer(
            503, problem("unavailable", 503, "Plays cannot be taken now. Send this one again later."), headers
        )
    headers = {**_NO_STORE, "Retry-After": str(wait)}
    detail = f"More plays than anybody can hear. Ask again in {wait} s."
    return Answer(429, problem("too-many-requests", 429, detail), headers)


def _nonce_in(body: bytes) -> str | None:
    if len(body) > MOST_BYTES:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    text = found.get("nonce") if isinstance(found, dict) else None
    return text if isinstance(text, str) and text.isascii() else None


def _too_early(nonce: Nonce, now: datetime) -> Answer:
    after = math.ceil((nonce.due_at - now).total_seconds() * 10) / 10
    body = {**problem("too-early", 409, f"A play counts once it was heard: in {after:g} s."), "after_seconds": after}
    return Answer(409, body, {**_NO_STORE, "Retry-After": str(math.ceil(after))})


def _refused(status: int, kind: str, detail: str) -> Answer:
    return Answer(status, problem(kind, status, detail))
