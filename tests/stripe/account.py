"""One account behind its secret key: checks headers, remembers idempotency keys, answers requests."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.stripe.answers import shown
from tests.stripe.form import decode
from tests.stripe.refusals import Refusal
from tests.stripe.routes import perform
from tests.stripe.world import DAY, World

_VERSION = re.compile(r"^20\d\d-\d\d-\d\d\.endive$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over the wire."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Remembered:
    method: str
    path: str
    encoded: str
    at: int
    answer: Answer


@dataclass
class Account:
    """A world that answers requests, one at a time."""

    key: str
    world: World
    lock: threading.RLock = field(default_factory=threading.RLock)
    requests: int = 0
    unwell: list[int] = field(default_factory=list)
    """Status codes that the next requests get instead of being done."""
    _remembered: dict[str, _Remembered] = field(default_factory=dict)

    def answer(self, method: str, path: str, encoded: str, headers: Mapping[str, str]) -> Answer:
        """One request, already known to carry this account's key."""
        with self.lock:
            self.requests += 1
            if self.unwell:
                return self._refused(Refusal("Stripe is unwell.", status=self.unwell.pop(0), kind="api_error"))
            try:
                self._check(headers)
                return self._once(method, path, encoded, headers.get("Idempotency-Key") if method != "GET" else None)
            except Refusal as refusal:
                return self._refused(refusal)

    def _check(self, headers: Mapping[str, str]) -> None:
        version = headers.get("Stripe-Version", "")
        if not _VERSION.match(version):
            raise Refusal(f"Invalid Stripe API version: {version or 'none'}.")
        self.world.api_version = version

    def _once(self, method: str, path: str, encoded: str, key: str | None) -> Answer:
        """The first answer again for the same key; keys are forgotten after a day."""
        known = self._remembered.get(key) if key else None
        if known is None or known.at < self.world.now - DAY:
            answer = self._do(method, path, encoded)
            if key:
                self._remembered[key] = _Remembered(method, path, encoded, self.world.now, answer)
            return answer
        if (known.method, known.path, known.encoded) != (method, path, encoded):
            raise Refusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with."
                f" Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return Answer(known.answer.status, known.answer.body, (("Idempotent-Replayed", "true"),))

    def _do(self, method: str, path: str, encoded: str) -> Answer:
        params = decode(encoded)
        try:
            return _json(200, shown(self.world, perform(self.world, method, path, params), params))
        except Refusal as refusal:
            if refusal.body["error"]["type"] == "card_error":
                return self._refused(refusal)
            raise

    def _refused(self, refusal: Refusal) -> Answer:
        return _json(refusal.status, refusal.body)


def _json(status: int, body: object) -> Answer:
    return Answer(status, json.dumps(body).encode())
