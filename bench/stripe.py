"""Random histories of payments while Stripe's events are lost, doubled, late and shuffled: the wallet is the truth."""

from __future__ import annotations

import secrets
import time
from argparse import ArgumentParser
from collections.abc import Iterator

from apps.wallets.replay import replay
from bench.figures import Figure
from bench.harness.stripe_storm import TOGETHER, Ended, Tally, issued, storm, storms

HISTORIES = 2000
QUICK_SECONDS = 25.0


def add_arguments(parser: ArgumentParser) -> None:
    """A seed from an earlier run makes the same histories again."""
    parser.add_argument("--seed", type=int, help="of the histories")
    parser.add_argument("--histories", type=int, help=f"how many; {HISTORIES} without")


def run(*, quick: bool, seed: int | None = None, histories: int | None = None) -> Iterator[Figure]:
    """What the wallets said in the end, beside what Stripe's own state says."""
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    yield Figure("seed", seed, "")
    begin, tally = time.monotonic(), Tally()
    wanted = histories or HISTORIES
    ended: list[Ended] = []
    with storms(seed) as server:
        while len(ended) < wanted:
            ended += storm(server, seed=seed * 10_000 + len(ended) // TOGETHER, tally=tally)
            if quick and time.monotonic() - begin > QUICK_SECONDS:
                break
    yield from _figures(ended, tally, wanted=0 if quick else wanted)
    yield Figure("seconds", round(time.monotonic() - begin, 1), "s")


def _figures(ended: list[Ended], tally: Tally, *, wanted: int) -> Iterator[Figure]:
    apart = [each for each in ended if not each.agrees]
    for each in apart[:3]:
        yield Figure(f"apart: {each}", 0, "", "", ok=False)
    yield Figure("histories", len(ended), "", f"≥ {wanted}" if wanted else "", len(ended) >= wanted)
    yield Figure("credits bought", issued(), "", "> 0", issued() > 0)
    yield Figure("events sent", tally.sent, "")
    yield Figure("events lost", tally.lost, "", "> 0", tally.lost > 0)
    yield Figure("events delayed past reconciliation", tally.late, "", "> 0", tally.late > 0)
    yield _none("events not dealt with", tally.unfinished)
    yield _none("wallets that differ from Stripe", len(apart))
    yield _none("double credits", sum(each.doubles for each in ended))
    yield _none("balances that differ from the journal", len(replay().differences))


def _none(metric: str, count: int) -> Figure:
    return Figure(metric, count, "", "0", count == 0)
