"""The thin HTTP skin: requests of Stripe's SDK and of browsers, over a real socket with keep-alive."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.stripe import pages
from tests.stripe.account import Account, Answer
from tests.stripe.deliveries import Outbox, Send, send_to
from tests.stripe.refusals import Refusal, missing
from tests.stripe.steering import Steering
from tests.stripe.world import World

KEY = "sk_test_refrain"
WEBHOOK_SECRET = "whsec_refrain_tests"


class StripeServer:
    """A running Stripe on loopback. Each secret key is an account of its own; `steer` is the first one's.

    Args:
        now: Where the virtual clocks start, seconds since 1970.
        chance: Makes ids.
        wall_clock: Real time, for signatures.
    """

    def __init__(
        self,
        *,
        now: int | None = None,
        chance: random.Random | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._now = now if now is not None else int(wall_clock())
        self._chance = chance or random.Random()
        self._wall_clock = wall_clock
        self._steered: dict[str, Steering] = {}
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.stripe = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.steer = self.open_account(KEY)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> StripeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def open_account(self, key: str, *, secret: str = WEBHOOK_SECRET, now: int | None = None) -> Steering:
        """A fresh account behind a secret key; what stood behind that key is forgotten."""
        start = self._now if now is None else now
        world = World(now=start, chance=random.Random(self._chance.random()), base=self.url)
        outbox = Outbox(secret=secret, send=_nowhere, wall_clock=self._wall_clock)
        world.listeners.append(outbox.take)
        steering = Steering(Account(key, world), outbox)
        self._steered[key] = steering
        if key == KEY:
            self.steer = steering
        return steering

    def close_account(self, key: str) -> None:
        """Forget an account."""
        self._steered.pop(key, None)

    def webhook(self, url: str | Send, *, automatic: bool = False, key: str = KEY) -> Outbox:
        """Where an account's events go: an address, or a function; `automatic` sends them as they happen."""
        outbox = self._steered[key].outbox
        outbox.send = send_to(url) if isinstance(url, str) else url
        outbox.automatic = automatic
        return outbox

    def api(self, method: str, target: str, body: str, headers: dict[str, str]) -> Answer:
        """A request to the API."""
        key = headers.get("Authorization", "").removeprefix("Bearer ")
        steering = self._steered.get(key)
        if steering is None:
            said = f"Invalid API Key provided: {key[:7]}****" if key else "You did not provide an API key."
            refusal = Refusal(said, status=401)
            return Answer(401, json.dumps(refusal.body).encode())
        parts = urlsplit(target)
        return steering.account.answer(method, parts.path, body or parts.query, headers)

    def page(self, method: str, target: str, form: str) -> pages.Shown:
        """A request of a browser.

        Raises:
            Refusal: There is no such page.
        """
        parts = urlsplit(target).path.strip("/").split("/")
        name = parts[1] if parts[0] == "receipts" and len(parts) > 1 else parts[2] if len(parts) > 2 else ""
        for steering in list(self._steered.values()):
            if steering.world.find(name):
                with steering.account.lock:
                    shown = _page(steering.world, parts, name, method, form)
                if steering.outbox.automatic:
                    # as Stripe does: the browser moves on when the site has heard of it
                    steering.outbox.deliver()
                return shown
        raise missing("page", target)


def _page(world: World, parts: list[str], name: str, method: str, form: str) -> pages.Shown:
    found = world.find(name)
    assert found is not None
    match (method, parts[0], parts[3:]):
        case ("GET", "c", []):
            return pages.checkout_page(world, found)
        case ("POST", "c", ["pay" | "fail" | "later" | "cancel" as button]):
            return pages.checkout_press(world, found, button, form)
        case ("GET", "p", []):
            return pages.portal_page(world, found)
        case ("POST", "p", [button, subscription]):
            return pages.portal_press(world, found, button, subscription)
        case ("GET", "receipts", _):
            return pages.receipt_page(world, found)
        case _:
            raise missing("page", name)


def _nowhere(body: bytes, header: str) -> int:
    """No endpoint is registered: nothing takes the event."""
    return 0


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    stripe: StripeServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    """Head and body leave in one piece: two would wait for each other."""
    server: _Server

    def do_GET(self) -> None:
        """Reads."""
        self._handle("GET")

    def do_POST(self) -> None:
        """Writes."""
        self._handle("POST")

    def do_DELETE(self) -> None:
        """Ends."""
        self._handle("DELETE")

    def _handle(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.path.startswith("/v1/"):
            headers = {
                name: self.headers[name]
                for name in ("Authorization", "Stripe-Version", "Idempotency-Key")
                if self.headers[name]
            }
            answer = self.server.stripe.api(method, self.path, body, headers)
            self._send(answer.status, answer.body, ("Content-Type", "application/json"), *answer.headers)
            return
        try:
            shown = self.server.stripe.page(method, self.path, body)
        except Refusal as refusal:
            self._send(refusal.status, str(refusal).encode(), ("Content-Type", "text/plain"))
            return
        if shown.location:
            self._send(303, b"", ("Location", shown.location))
        else:
            self._send(200, shown.html.encode(), ("Content-Type", "text/html; charset=utf-8"))

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (*headers, ("Content-Length", str(len(body))), ("Request-Id", f"req_{id(body):x}")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Not a word on the console."""
