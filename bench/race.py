"""A race: 200 threads at one wallet with credits for 10, with the ledger's lock and, in the same run, without it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.common.ids import new_id
from apps.wallets.errors import NotEnough
from apps.wallets.models import Account, LotSource, Transfer
from apps.wallets.replay import replay
from apps.wallets.services.credits_grant import credits_grant
from apps.wallets.services.credits_hold import credits_hold
from bench.figures import Figure
from bench.harness.unlocked import unlocked_hold

THREADS = 200
CREDITS = 10
PAUSE_SECONDS = 0.005
"""Between what the function without a lock reads and what it writes."""


@dataclass
class _Race:
    """What became of one race."""

    held: int = 0
    refused: int = 0
    errors: list[str] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)


def run(*, quick: bool) -> Iterator[Figure]:
    """Races one after the other, each on a wallet of its own; the worst of them counts."""
    races = 3 if quick else 20
    with connection.cursor() as cursor:
        cursor.execute(unlocked_hold("bench_hold_unlocked", constrained=False, pause=PAUSE_SECONDS))
    locked = [_race(_hold) for _ in range(races)]
    found = replay()
    holds = {race.held for race in locked}
    yield Figure("races", races, f"of {THREADS} threads")
    yield Figure("holds_most", max(holds), "holds", f"{CREDITS}", max(holds) == CREDITS)
    yield Figure("holds_fewest", min(holds), "holds", f"{CREDITS}", min(holds) == CREDITS)
    refused = min(race.refused for race in locked)
    yield Figure("refused_politely", refused, "threads", f"{THREADS - CREDITS}", refused == THREADS - CREDITS)
    errors = [error for race in locked for error in race.errors]
    yield Figure("deadlocks_and_other_errors", len(errors), errors[0] if errors else "", "0", not errors)
    negative = Account.objects.filter(Q(available__lt=0) | Q(held__lt=0)).count()
    yield Figure("negative_wallets", negative, "", "0", negative == 0)
    yield Figure("balances_that_differ", len(found.differences), "", "0", found.balanced)
    times = sorted(each for race in locked for each in race.times_ms)
    yield Figure("hold_p50", round(times[len(times) // 2], 1), "ms")
    yield Figure("hold_p99", round(times[int(0.99 * (len(times) - 1))], 1), "ms")
    unlocked = max(_race(_hold_without_lock).held for _ in range(races))
    yield Figure("holds_without_the_lock", unlocked, "holds", f"> {CREDITS}, it overspends", unlocked > CREDITS)


def _race(hold: Callable[[User], bool]) -> _Race:
    """All threads begin together; each takes a connection of the site's pool as a request does."""
    owner = User.objects.create_user(f"race-{uuid4()}@example.org")
    credits_grant(
        owner=owner,
        amount=CREDITS,
        source=LotSource.PACK,
        key=f"race:{owner.pk}",
        memo="",
        expires_at=None,
        now=timezone.now(),
    )
    race, start, guard = _Race(), threading.Barrier(THREADS), threading.Lock()

    def one() -> None:
        start.wait()
        begin = time.perf_counter()
        error = ""
        held = False
        try:
            held = hold(owner)
        except DatabaseError as failure:
            error = str(failure)
        finally:
            connection.close()
        with guard:
            race.times_ms.append(1000 * (time.perf_counter() - begin))
            race.held += held
            race.refused += not held and not error
            race.errors += [error] if error else []

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # the journal is the witness
    in_journal = Transfer.objects.filter(account__owner=owner, kind="hold").count()
    if in_journal != race.held:
        race.errors.append(f"{race.held} threads were told of a hold and {in_journal} were made")
    return race


def _hold(owner: User) -> bool:
    try:
        credits_hold(owner=owner, amount=1, key=f"race:{uuid4()}", reference=None, memo="", now=timezone.now())
    except NotEnough:
        return False
    return True


def _hold_without_lock(owner: User) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome FROM bench_hold_unlocked(%s, %s, 1, %s, '', NULL, '', now(), now() + interval '1 day')",
            [owner.pk, new_id(), f"race:{uuid4()}"],
        )
        return bool(cursor.fetchone()[0] == "held")
