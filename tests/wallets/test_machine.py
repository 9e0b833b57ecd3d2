"""Random histories: the ledger and its plain model agree after every step, and the journal with both."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from apps.accounts.models import User
from apps.wallets.errors import LedgerError
from apps.wallets.models import LotSource
from apps.wallets.replay import replay
from apps.wallets.selectors import history, wallet_of
from apps.wallets.services.credits_take_back import credits_give_back, credits_take_back
from apps.wallets.services.hold_resolve import hold_capture, hold_release, holds_expire
from apps.wallets.services.lots_expire import lots_expire
from tests.wallets.books import day, fresh_key, grant, hold
from tests.wallets.model import ModelHold, ModelLot, ModelWallet, Refused
from tests.world import restore_plans

Result = TypeVar("Result")
RUNS = 500
STEPS = 10
amounts = st.integers(1, 12)
_KEPT = """
SELECT available, held, owed, coalesce((
    SELECT json_agg(json_build_array(source, lot.available, lot.held) ORDER BY id)
    FROM wallets_lot AS lot WHERE account_id = account.id AND NOT spent
), '[]')
FROM wallets_account AS account WHERE owner_id = %s
"""
picks = st.randoms(use_true_random=False)


class Ledger(RuleBasedStateMachine):
    """The wallet of somebody new; all of them share one journal."""

    people: Iterator[User]

    def __init__(self) -> None:
        super().__init__()
        self.model = ModelWallet()
        self.day = 0
        self.holds: list[tuple[UUID, ModelHold]] = []
        self.granted: list[tuple[int, ModelLot]] = []
        self.owner = next(self.people)

    @rule(amount=amounts, days=st.one_of(st.none(), st.integers(0, 12)), source=st.sampled_from(LotSource))
    def credits_come(self, amount: int, days: int | None, source: LotSource) -> None:
        until = None if days is None else self.day + days
        lot = self.model.grant(amount, source, math.inf if until is None else until, self.day)
        self.granted.append((grant(self.owner, amount, until=until, source=source, at=self.day), lot))

    @rule(amount=amounts)
    def hold_some(self, amount: int) -> None:
        key = fresh_key()
        kept, refused = _outcome(lambda: self.model.hold(amount, self.day))
        made, why = _outcome(lambda: hold(self.owner, amount, key=key, at=self.day))
        assert why == refused
        # asked again it is the same answer
        assert _outcome(lambda: hold(self.owner, amount, key=key, at=self.day)) == (made, why)
        if made and kept:
            self.holds.append((made, kept))

    @precondition(lambda self: self.holds)
    @rule(pick=picks, whole=st.booleans())
    def capture(self, pick: random.Random, whole: bool) -> None:  # noqa: FBT001 - a rule's arguments
        made, kept = pick.choice(self.holds)
        amount = kept.amount if whole else pick.randint(1, kept.amount)
        self._same(
            lambda: hold_capture(hold=made, amount=None if whole else amount, now=day(self.day)),
            lambda: self.model.resolve(kept, "capture", amount, self.day),
        )

    @precondition(lambda self: self.holds)
    @rule(pick=picks)
    def release(self, pick: random.Random) -> None:
        made, kept = pick.choice(self.holds)
        self._same(
            lambda: hold_release(hold=made, now=day(self.day), reason="It failed."),
            lambda: self.model.resolve(kept, "release", 0, self.day),
        )

    @rule()
    def sweep(self) -> None:
        self.model.expire_holds(self.day)
        holds_expire(now=day(self.day), limit=100_000)
        self.model.expire_lots(self.day)
        lots_expire(now=day(self.day), limit=100_000)

    @rule(amount=amounts, pick=picks)
    def credits_go_back(self, amount: int, pick: random.Random) -> None:
        number, lot = pick.choice([*self.granted, (None, None)])
        taken = credits_take_back(
            owner=self.owner, amount=amount, key=fresh_key(), memo="", kind="refund", now=day(self.day), lot=number
        )
        assert (taken.taken, taken.owed) == self.model.take_back(amount, lot, self.day)

    @rule(amount=amounts, pick=picks)
    def credits_return(self, amount: int, pick: random.Random) -> None:
        number, lot = pick.choice([*self.granted, (None, None)])
        back = credits_give_back(
            owner=self.owner, amount=amount, key=fresh_key(), memo="", kind="dispute", now=day(self.day), lot=number
        )
        assert (back.given, back.forgiven) == self.model.give_back(amount, lot, self.day)

    @rule(days=st.integers(-2, 6))
    def time_passes(self, days: int) -> None:
        self.day += days

    @invariant()
    def agrees(self) -> None:
        """One statement, because there are thousands of these."""
        with connection.cursor() as cursor:
            cursor.execute(_KEPT, [self.owner.pk])
            available, held, owed, lots = cursor.fetchone() or (0, 0, 0, [])
        mine = [lot for lot in self.model.lots if lot.left or lot.held]
        assert owed == self.model.owed
        assert held == sum(lot.held for lot in mine)
        assert available == sum(lot.left for lot in mine)
        assert lots == [[lot.source, lot.left, lot.held] for lot in sorted(mine, key=lambda lot: lot.number)]

    def teardown(self) -> None:
        wallet = wallet_of(self.owner, now=day(self.day))
        assert wallet.available == self.model.available(self.day)
        shown = [lot for lot in self.model.lots if lot.held or (lot.left and lot.expires > self.day)]
        assert [lot.expires_at for lot in wallet.lots] == [
            _moment(lot.expires) for lot in sorted(shown, key=lambda lot: (lot.expires, lot.number))
        ]
        # what was left to spend is the sum of the lines, of which those about debt are not
        lines = history(self.owner, limit=1000).lines
        on_credits = [line.amount for line in lines if line.kind not in {"owe", "forgive"}]
        assert sum(on_credits) == (lines[0].balance_after if lines else 0)

    def _same(self, real: Callable[[], None], model: Callable[[], None]) -> None:
        assert _outcome(real) == _outcome(model)


def _moment(number: float) -> datetime | None:
    return None if math.isinf(number) else day(int(number))


def _outcome(step: Callable[[], Result]) -> tuple[Result | None, str]:
    """What it gave, or the name of its refusal."""
    try:
        return step(), ""
    except Refused as refused:
        return None, str(refused)
    except LedgerError as refused:
        return None, type(refused).__name__


def _people() -> Iterator[User]:
    while True:
        yield from User.objects.bulk_create(
            User(email=f"machine-{uuid4()}@example.org", plan_id="free") for _ in range(RUNS)
        )


@pytest.mark.django_db
def test_the_ledger_does_what_its_model_says() -> None:
    restore_plans()
    Ledger.people = _people()
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    found = replay()
    assert found.differences == ()
    assert found.accounts > RUNS // 2
