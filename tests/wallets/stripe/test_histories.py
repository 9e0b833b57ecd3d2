"""Random histories in a storm of lost, doubled, late and shuffled events: the wallet is what Stripe's state says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.wallets.replay import replay
from bench.harness.stripe_storm import TOGETHER, Tally, storm, storms
from tests.stripe.server import StripeServer
from tests.world import restore_plans

STORMS = 12
STEPS = 8


@pytest.fixture
def stormy(db: None) -> Iterator[StripeServer]:
    """A Stripe, and the site pointing at it."""
    restore_plans()
    with storms(1) as server:
        yield server


@pytest.mark.parametrize("seed", range(STORMS))
def test_the_wallet_is_what_stripe_says_and_nothing_is_given_twice(stormy: StripeServer, seed: int) -> None:
    tally = Tally()

    ended = storm(stormy, seed=seed, tally=tally, most_steps=STEPS)

    assert [each for each in ended if not each.agrees] == []
    assert len(ended) == TOGETHER
    assert any(each.steps for each in ended)
    assert tally.unfinished == 0
    assert not replay().differences
