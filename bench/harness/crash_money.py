"""What became of the credits in `bench crash`, by the journal alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.wallets.models import Account, LotSource, OpenHold, Transfer
from apps.wallets.replay import replay
from apps.wallets.services.credits_grant import credits_grant
from bench.figures import Figure


def endow(owners: Sequence[User], amount: int) -> None:
    """Give each owner `amount` credits that never expire."""
    for owner in owners:
        credits_grant(
            owner=owner,
            amount=amount,
            source=LotSource.PACK,
            key=f"crash:{owner.pk}",
            memo="Bench",
            expires_at=None,
            now=timezone.now(),
        )


def judge_money(owners: Sequence[User], jobs: Sequence[Job], endowed: int) -> Iterator[Figure]:
    """Nothing is held, successes were charged once, everything else not at all, and the books balance."""
    charged = _charged(jobs)
    accounts = Account.objects.filter(owner__in=owners)
    spent = sum(job.credits for job in jobs if job.status == Job.Status.SUCCEEDED)
    left = sum(account.available + account.held for account in accounts)
    once = sum(charged[job.pk] != [job.credits] for job in jobs if job.status == Job.Status.SUCCEEDED)
    others = sum(charged[job.pk] != [] for job in jobs if job.status != Job.Status.SUCCEEDED)
    yield _none("credits_held", sum(account.held for account in accounts), "credits")
    yield _none("holds_open", OpenHold.objects.count(), "holds")
    yield _none("successes_not_charged_once", once, "jobs")
    yield _none("failures_charged", others, "jobs")
    yield _none("credits_astray", abs(len(owners) * endowed - left - spent), f"of {spent} charged")
    yield _none("balances_that_the_journal_contradicts", len(replay().differences), "balances")


def _charged(jobs: Sequence[Job]) -> dict[object, list[int]]:
    """What was captured for each job, one entry a capture, over all holds that refer to it."""
    holds = dict(
        Transfer.objects.filter(kind=Transfer.Kind.HOLD, reference_id__in=[job.pk for job in jobs]).values_list(
            "hold", "reference_id"
        )
    )
    found: dict[object, list[int]] = {job.pk: [] for job in jobs}
    for hold, amount in Transfer.objects.filter(kind=Transfer.Kind.CAPTURE, hold__in=holds).values_list(
        "hold", "amount"
    ):
        found[holds[hold]].append(amount)
    return found


def _none(metric: str, count: int, unit: str) -> Figure:
    return Figure(metric, count, unit, "0", count == 0)
