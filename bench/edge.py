"""Listening through a real nginx: what signing costs, who is refused, and how soon a track taken down is silent."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from statistics import fmean
from uuid import UUID

from django.conf import settings
from django.test.utils import override_settings
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.library.edges import lifetimes
from apps.library.listeners import COOKIE
from apps.library.models import Track
from apps.library.services.track_take_down import track_put_back, track_take_down
from apps.library.signing import Prefix, private_prefix, public_prefix
from bench.figures import Figure
from bench.harness.draining import Drain
from bench.harness.listening import SEGMENT_BYTES, SEGMENTS, song, unsigned, web
from embedded.nginx import MISSING, Front, Nginx, executable, free_port, nginx

PATHS = [f"hls/{number:03}.m4s" for number in range(SEGMENTS)]
TOKEN = "t" * 32
OTHER = "u" * 32
_UNLIMITED = {"EDGE_RATE": "10000000", "EDGE_BURST": "10000000", "EDGE_CONNECTIONS": "60000"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Two edges before one origin, and a public song."""

    origin: int
    edges: Sequence[Nginx]
    unsigned: int
    track: Track
    version: UUID

    @property
    def public(self) -> Prefix:
        return public_prefix(self.version, timezone.now())

    @property
    def ports(self) -> Mapping[str, int]:
        """Wherever the song can be fetched."""
        return {"embedded": self.origin, **{f"nginx {n + 1}": edge.port for n, edge in enumerate(self.edges)}}


def run(*, quick: bool) -> Iterator[Figure]:
    """All figures of the edge."""
    if executable() is None:
        raise RuntimeError(MISSING)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        track, version = song(timezone.now())
        origin = stack.enter_context(web(folder))
        port = free_port()
        front = Front(settings.EDGE_KEY, f"127.0.0.1:{origin}", settings=_UNLIMITED)
        measured = Front(settings.EDGE_KEY, f"127.0.0.1:{origin}", settings=_UNLIMITED, also=unsigned(port))
        edges = [
            stack.enter_context(nginx(_made(folder / f"edge-{number}"), each))
            for number, each in enumerate((measured, front))
        ]
        place = _Place(origin, edges, port, track, version)
        yield from _rates(place, 6.0 if quick else 40.0)
        yield from _origin(place, 0.7 if quick else 5.0)
        yield from _refusals(place)
        yield _taken_down(place)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _rates(place: _Place, seconds: float) -> Iterator[Figure]:
    """Signed and unsigned in turns of milliseconds, from the same cache of the same nginx, whose worker is one."""
    edge = place.edges[0]
    # without the check any signature of the right form will do
    paths = [place.public.of(path) for path in PATHS]
    with Drain(edge.port, paths) as signed, Drain(place.unsigned, paths) as plain:
        signed.burst()
        plain.burst()
        spent = dict.fromkeys((signed, plain), 0.0)
        rates: dict[Drain, list[float]] = {signed: [], plain: []}
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for drain in (signed, plain) if len(rates[plain]) % 2 else (plain, signed):
                before = _worker_seconds(edge.pid)
                rates[drain].append(drain.burst())
                spent[drain] += _worker_seconds(edge.pid) - before
    mine, theirs = _undisturbed(rates[signed]), _undisturbed(rates[plain])
    all_there = set(signed.total.statuses) == set(plain.total.statuses) == {200}
    ratio = mine / theirs
    yield Figure(
        "signed_segments",
        round(mine),
        "segments/s",
        "≥ 0.9 × unsigned",
        all_there and ratio >= 0.9,
        baseline=round(theirs),
        ratio=round(ratio, 3),
    )
    one, other = (1e6 * spent[drain] / drain.total.answers for drain in (signed, plain))
    yield Figure("nginx_time_a_segment", round(one, 1), "µs", baseline=round(other, 1), ratio=round(one / other, 3))
    yield Figure("nginx_busy_meanwhile", round(100 * spent[signed] / signed.total.seconds, 1), "% of a core")
    yield Figure("bytes_signed", round(mine * SEGMENT_BYTES / 1e6), "MB/s")
    kept = sum(signed.total.kept[word] for word in ("hit", "stale", "updating"))
    yield Figure("answered_from_the_cache", round(100 * kept / signed.total.answers, 2), "%")


def _undisturbed(rates: Sequence[float]) -> float:
    """The mean of the fastest quarter: what else runs on the machine only ever makes a burst slower."""
    return fmean(sorted(rates)[-max(1, len(rates) // 4) :])


def _worker_seconds(master: int) -> float:
    """Processor time of nginx's worker processes."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return sum(int(Path(f"/proc/{child}/schedstat").read_text().split()[0]) for child in children) / 1e9


def _origin(place: _Place, seconds: float) -> Iterator[Figure]:
    """What one process of the web gives without nginx: segments, and "it is still what you have"."""
    address = place.public.of(PATHS[0])
    with Drain(place.origin, [place.public.of(path) for path in PATHS]) as drain:
        whole = drain.run(seconds)
    yield Figure("origin_segments", round(whole.rate), "segments/s", "all arrive", set(whole.statuses) == {200})
    etag = _ask(place.origin, address)[1]["etag"]
    with Drain(place.origin, [address], f"If-None-Match: {etag}\r\n") as drain:
        known = drain.run(seconds)
    yield Figure("origin_confirms", round(known.rate), "answers/s", "all are 304", set(known.statuses) == {304})


def _refusals(place: _Place) -> Iterator[Figure]:
    """Every kind of address that must not work, at every edge, while the same files are hot in its cache."""
    wrong = kept = asked = spoilt = 0
    mine = private_prefix(place.version, TOKEN, timezone.now())
    for port in place.ports.values():
        for path in ("hls/000.m4s", "track.mp3"):
            good = ((place.public.of(path), ""), (mine.of(path), TOKEN))
            for address, token in good:
                spoilt += _ask(port, address, token)[0] != 200
            for address, token in _bad(place.version, path):
                status, headers = _ask(port, address, token)
                asked += 1
                wrong += status not in {403, 410}
                kept += headers.get("cache-control") != "no-store" or headers.get("x-cache", "") not in {"", "MISS"}
            for address, token in good:
                spoilt += _ask(port, address, token)[0] != 200
    yield Figure("refused_addresses_that_gave_something", wrong, f"of {asked}", "0", wrong == 0 and asked > 0)
    yield Figure("refusals_kept_by_a_cache", kept, f"of {asked}", "0", kept == 0)
    yield Figure("good_addresses_that_failed_beside_them", spoilt, "requests", "0", spoilt == 0)


def _bad(version: UUID, path: str) -> Iterator[tuple[str, str]]:
    """Addresses with the cookie that is sent along."""
    now = timezone.now()
    mine, everybodys = private_prefix(version, TOKEN, now), public_prefix(version, now)
    past = now - timedelta(hours=2)
    yield from ((f"/media/{version}/{path}", ""), (f"/media/9999999999/-/{'A' * 22}/{version}/{path}", ""))
    yield from ((private_prefix(version, TOKEN, past).of(path), TOKEN), (public_prefix(version, past).of(path), ""))
    with override_settings(EDGE_KEY="somebody else's"):
        foreign = [(private_prefix(version, TOKEN, now), TOKEN), (public_prefix(version, now), "")]
    yield from ((prefix.of(path), token) for prefix, token in foreign)
    yield from ((mine.of(path), ""), (mine.of(path), OTHER))
    for prefix, token in ((mine, TOKEN), (everybodys, "")):
        pieces = prefix.of(path).split("/")
        for part in range(2, 6):
            for tampered in (_other(pieces[part]), pieces[part] + "0", pieces[part][:-1]):
                yield "/".join([*pieces[:part], tampered, *pieces[part + 1 :]]), token
        for trick in ("master.flac", "hls/../master.flac", f"./{path}", f"%2e/{path}", f"/{path}", "stems/drums.flac"):
            yield prefix.of(trick), token
    yield everybodys.of(path).replace(str(version), str(new_id())), ""


def _other(text: str) -> str:
    return text[:-2] + ("1" if text[-2:-1] != "1" else "2") + text[-1]


def _ask(port: int, path: str, token: str = "") -> tuple[int, Mapping[str, str]]:
    """Status and headers, of the path as it stands."""
    line = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        line.request("GET", path, headers={"Cookie": f"{COOKIE}={token}"} if token else {})
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        line.close()


def _taken_down(place: _Place) -> Figure:
    """Listeners ask without pause at every edge while an operator takes the track down, and until no copy can be left.

    What a browser may play from its own copy is added.
    """
    operator = User.objects.create_user(f"operator-{place.version}@example.org", is_staff=True)
    prefix = place.public
    last: dict[str, float] = {}
    over = threading.Event()
    threads = [
        threading.Thread(target=_listen, args=(port, prefix.of(path), over, _note(last, f"{name} {path}")))
        for name, port in place.ports.items()
        for path in ("hls/000.m4s", "hls/index.m3u8", "track.mp3")
    ]
    for thread in threads:
        thread.start()
    try:
        begin = time.monotonic()
        over.wait(1.0)
        taken = time.monotonic()
        track_take_down(track=place.track, operator=operator, reason="For the bench.", now=timezone.now())
        over.wait(lifetimes.EDGE_SECONDS + lifetimes.STALE_SECONDS + 2.0)
        silent = max(last.values()) - taken
        played = len(last) == len(threads) and min(last.values()) > begin
    finally:
        over.set()
        for thread in threads:
            thread.join()
        track_put_back(track=place.track, operator=operator)
    everywhere = silent + lifetimes.BROWSER_SECONDS + lifetimes.STALE_SECONDS
    return Figure("silent_everywhere_after", round(everywhere, 1), "s", "≤ 60", played and everywhere <= 60)


def _note(last: dict[str, float], name: str) -> Callable[[], None]:
    def note() -> None:
        last[name] = time.monotonic()

    return note


def _listen(port: int, path: str, over: threading.Event, played: Callable[[], None]) -> None:
    """Ask until it is over; says each time that something could be heard."""
    while not over.is_set():
        if _ask(port, path)[0] == 200:
            played()
        over.wait(0.02)
