"""In a browser: from click to sound, gaps between songs, stalls with seeks and failing segments, expiry, loudness."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from bench.figures import Figure
from bench.harness.browser import Silence, chromium, handovers, silences, visitor
from embedded.site import Site, site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

MOST_MEDIAN_MS, MOST_P95_MS = 265.0, 600.0
MOST_GAP_MS = 50.0
MOST_SEEK_SECONDS = 1.0
"""A seek may be silent for this long; longer, it is a stall."""
SHORTEST_STALL_SECONDS = 0.05
FAILING = 0.05
MOST_DIFFERENCE_DB = 1.0

_SEED = 20
_MAKE = "from bench.harness.browser_songs import Batch, make; make([{}])"
_EXPIRY = re.compile(r"/media/\d+/")


def run(*, quick: bool) -> Iterator[Figure]:
    """Every figure, on a site of its own."""
    clicks = 6 if quick else 24
    changes = 2 if quick else 12
    long = 45.0 if quick else 240.0
    batches = (
        f"Batch('click', {clicks}, 30.0), Batch('brief', {changes + 1}, 3.7), "
        f"Batch('long', {1 if quick else 2}, {long}), Batch('quiet', 1, 20.0, -5.0)"
    )
    with site() as running, chromium() as browser:
        running.manage("shell", "-v0", "-c", _MAKE.format(batches))
        yield from _starts(browser, running, clicks, visitors=3 if quick else 20)
        yield from _changes(browser, running, changes)
        yield from _playing(browser, running, 14.0 if quick else 600.0, every=4.5 if quick else 20.0)
        yield _expired(browser, running)
        yield _loudness(browser, running)


def _starts(browser: Browser, running: Site, clicks: int, visitors: int) -> Iterator[Figure]:
    """Clicks on songs that the visitor has not heard: the page and its scripts are there, nothing of the song is."""
    first = []
    for number in range(visitors):
        with visitor(browser, running.address) as ear:
            ear.open("/search?q=click")
            first.append(ear.play(number % clicks))
    later = []
    with visitor(browser, running.address) as ear:
        ear.open("/search?q=click")
        # never the next of the list, which may be waiting already
        for number in [*range(0, clicks, 2), *range(1, clicks, 2)]:
            later.append(ear.play(number))
            ear.pause()
    median, p95 = statistics.median(first + later), _percentile(first + later, 95)
    yield _milliseconds("click to sound, median", median, MOST_MEDIAN_MS)
    yield _milliseconds("click to sound, P95", p95, MOST_P95_MS)
    yield Figure("of these, a visitor's first click, median", round(statistics.median(first)), "ms")
    yield Figure("of these, later clicks, median", round(statistics.median(later)), "ms")


def _changes(browser: Browser, running: Site, changes: int) -> Iterator[Figure]:
    """Songs that sound to their last sample play one after the other."""
    with visitor(browser, running.address) as ear:
        ear.open("/search?q=brief")
        ear.play(0)
        wanted = f"ear.changes.filter(change => change.sounds).length > {changes}"
        ear.page.wait_for_function(wanted, timeout=1000 * 10 * changes)
        ear.page.wait_for_timeout(300)
        found = handovers(ear.changes())
    gaps = [1000 * gap.seconds for gap in found]
    whole = len(gaps) >= changes
    gap = max([0.0, *gaps]) if whole else float("inf")
    yield Figure("gap at a change of songs, largest", round(gap), "ms", f"≤ {MOST_GAP_MS:g}", gap <= MOST_GAP_MS)
    yield Figure("overlap there, largest", round(max([0.0, *(-each for each in gaps)])), "ms")


def _playing(browser: Browser, running: Site, seconds: float, every: float) -> Iterator[Figure]:
    """Play on and on, seek every so often, while requests for segments fail in every way there is."""
    random = Random(_SEED)  # noqa: S311 - nothing is secret
    faults = _Faults(random)
    seeks = []
    with visitor(browser, running.address) as ear:
        ear.page.route(re.compile(r"\.m4s$"), faults)
        ear.open("/search?q=long")
        ear.play(0)
        ear.page.locator("[data-player=repeat]").click()
        start, before = ear.now(), ear.starved()
        due = start + every
        while (now := ear.now()) < start + seconds:
            ear.page.wait_for_timeout(1000 * min(every, max(0.05, min(due, start + seconds) - now)))
            if ear.now() >= due:
                seeks.append(ear.seek(random.uniform(0.05, 0.93)))
                due += every
        ear.page.wait_for_timeout(1000 * MOST_SEEK_SECONDS)
        starved = ear.starved() - before
        quiet = [each for each in silences(ear.changes(), ear.now()) if each.start >= start]
    after = {at: [each for each in quiet if _belongs(each, at)] for at in seeks}
    other = [each for each in quiet if not any(_belongs(each, at) for at in seeks)]
    pauses = [sum(each.seconds for each in found) for found in after.values()]
    stalls = sum(each.seconds > SHORTEST_STALL_SECONDS for each in other)
    stalls += sum(pause > MOST_SEEK_SECONDS for pause in pauses)
    minutes = f"{seconds / 60:.2g} min, {len(seeks)} seeks, {faults.failed} of {faults.seen} requests failing"
    yield Figure(f"stalls in {minutes}", stalls, "", "0", stalls == 0)
    # the others are a machine too busy to decode what it has
    yield Figure("times that nothing was loaded", starved, "")
    if pauses:
        yield Figure("silence after a seek, median", round(1000 * statistics.median(pauses)), "ms")
        yield Figure("silence after a seek, longest", round(1000 * max(pauses)), "ms")


class _Faults:
    """Lets requests through, but for a part of them: cut off, answered with an error, or never answered."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.seen = self.failed = 0

    def __call__(self, route: Route) -> None:
        self.seen += 1
        if self._random.random() >= FAILING:
            route.continue_()
            return
        self.failed += 1
        kind = self.failed % 3
        if kind == 0:
            route.abort()
        elif kind == 1:
            route.fulfill(status=500, body="")


def _belongs(silence: Silence, seek: float) -> bool:
    return seek - 0.05 <= silence.start <= seek + MOST_SEEK_SECONDS


def _expired(browser: Browser, running: Site) -> Figure:
    """Pause, let the address expire, go on at a place that is not loaded: the edge refuses the old address."""
    with visitor(browser, running.address) as ear:
        asked: list[str] = []

        def past(route: Route) -> None:
            if not asked:
                # what the list showed has expired; the edge itself says so
                route.continue_(url=_EXPIRY.sub("/media/1500000000/", route.request.url))
            else:
                route.continue_()

        ear.open("/search?q=long")
        ear.play(0)
        ear.pause()
        ear.page.on("response", lambda answer: asked.append(answer.url) if answer.url.endswith("/playback") else None)
        ear.page.route("**/media/**", past)
        ear.seek(0.9)
        waited = ear.resume()
        renewed = len(asked) == 1
    ok = renewed and waited <= 1000 * MOST_SEEK_SECONDS
    return Figure("paused, expired, resumed elsewhere: to sound", round(waited), "ms", "renewed once, ≤ 1000", ok)


def _loudness(browser: Browser, running: Site) -> Figure:
    """A song 5 dB quieter than the others, with room above its peaks, beside one that needs nothing."""
    levels = []
    for word in ("quiet", "long"):
        with visitor(browser, running.address) as ear:
            ear.open(f"/search?q={word}")
            ear.play(0)
            ear.page.wait_for_timeout(300)
            levels.append(ear.level(0.7))
    difference = abs(levels[0] - levels[1])
    equal = difference <= MOST_DIFFERENCE_DB
    return Figure("quiet song beside a loud one", round(difference, 2), "dB", f"≤ {MOST_DIFFERENCE_DB:g}", equal)


def _milliseconds(name: str, value: float, most: float) -> Figure:
    return Figure(name, round(value), "ms", f"≤ {most:g}", value <= most)


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
