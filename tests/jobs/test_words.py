"""What people read about a wait: where they stand, about when, and why; nothing where there is nothing to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.jobs.outlook import Outlook, WaitsFor
from apps.jobs.words import paid_would_help, place_in_line, why_it_waits

FREE = Outlook(position=4, eta=360, waits_for=WaitsFor.TURN, paid=False, moves=300)


@pytest.mark.parametrize(
    ("outlook", "says", "why"),
    [
        (
            FREE,
            "Fourth in the free queue, about 6 minutes",
            "Paid songs go first, and free songs keep their share: one starts about every 5 minutes.",
        ),
        (replace(FREE, eta=30), "Fourth in the free queue, about 30 seconds", ""),
        (replace(FREE, moves=None), "Fourth in line, about 6 minutes", ""),
        (replace(FREE, paid=True, moves=None, position=12), "Number 12 in line, about 6 minutes", ""),
        (
            replace(FREE, waits_for=WaitsFor.OWN_LIMIT),
            "Waiting for what you sent before it, about 6 minutes",
            "Your plan makes one at a time.",
        ),
        (
            replace(FREE, waits_for=WaitsFor.OWN_LIMIT, parallel=4),
            "Waiting for what you sent before it, about 6 minutes",
            "Your plan makes 4 at a time.",
        ),
        (
            replace(FREE, waits_for=WaitsFor.PAUSED, position=None, eta=None),
            "Waiting: this engine is paused for now",
            "It starts when the engine is back. You can cancel it meanwhile.",
        ),
        (
            replace(FREE, waits_for=WaitsFor.WORKER, position=1, eta=None, moves=None),
            "First in line",
            "No machine for it is up. It starts as soon as one is.",
        ),
        (
            replace(FREE, waits_for=WaitsFor.ENGINE_LIMIT, moves=None),
            "Fourth in line, about 6 minutes",
            "Its engine makes only so many at a time, for everybody together.",
        ),
        (replace(FREE, waits_for=WaitsFor.LATER, eta=8), "Trying again in a moment, about 10 seconds", ""),
        (Outlook(), "Waiting for its turn", ""),
        (replace(FREE, eta=7300, moves=None), "Fourth in line, about 2 hours", ""),
    ],
)
def test_a_wait_in_words(outlook: Outlook, says: str, why: str) -> None:
    assert place_in_line(outlook) == says
    assert why_it_waits(outlook) == why


@pytest.mark.parametrize(
    ("outlook", "helps"),
    [
        (FREE, True),
        (replace(FREE, eta=30), False),
        (replace(FREE, moves=None), False),
        (replace(FREE, moves=None, waits_for=WaitsFor.OWN_LIMIT), True),
        (replace(FREE, paid=True, waits_for=WaitsFor.OWN_LIMIT), False),
        (replace(FREE, waits_for=WaitsFor.PAUSED, eta=None), False),
    ],
)
def test_a_paid_plan_is_named_only_where_it_changes_a_wait_worth_speaking_of(outlook: Outlook, *, helps: bool) -> None:
    assert paid_would_help(outlook) is helps
