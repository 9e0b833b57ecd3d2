"""Everything that moves a user's jobs and credits at once, on the same rows: no deadlock, and the books balance."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.jobs import handlers
from apps.jobs.handlers import ClaimedJob, Failure
from apps.jobs.models import Allowance, Job
from apps.jobs.services.admission import Busy
from apps.jobs.services.holds_sweep import holds_sweep
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_end import CANCELLED
from apps.jobs.services.job_finish import CancelledFirst, LostLease, job_fail, job_stop, job_succeed
from apps.jobs.services.job_retry import CannotRetry, job_retry
from apps.jobs.services.jobs_sweep import jobs_sweep
from apps.studio.draft import Draft
from apps.studio.models import Engine
from apps.studio.services.generation_request import KIND, generation_request
from apps.wallets.errors import NotEnough
from apps.wallets.models import OpenHold, Transfer
from apps.wallets.monthly.services import monthly_grants_due
from apps.wallets.replay import replay
from apps.wallets.selectors import wallet_of
from tests.jobs.conftest import Steered, miscounted, steered
from tests.studio.conftest import composer, creator

__all__ = ["composer", "creator", "steered"]

FAILED = Failure("permanent", "It went wrong.")
TURNS = 20
PATIENCE = 100
CREDITS = 1000


class Everybody:
    """What people, workers and sweepers do; each turn of each is one of these."""

    def __init__(self, owner: User) -> None:
        self.owner = owner
        self.errors: list[BaseException] = []

    def ask(self, chance: random.Random) -> None:
        draft = Draft(engine="composer", seconds=30, prompt="a waltz", takes=chance.choice((1, 2, 4)))
        generation_request(owner=self.owner, draft=draft, key=str(chance.random()), now=timezone.now())

    def cancel(self, chance: random.Random) -> None:
        job = Job.objects.filter(owner=self.owner).order_by("?").first()
        if job is not None:
            job_cancel(job=job, now=timezone.now())

    def retry(self, chance: random.Random) -> None:
        job = Job.objects.filter(owner=self.owner, status__in=["failed", "cancelled"]).order_by("?").first()
        if job is not None:
            job_retry(job=job, now=timezone.now())

    def work(self, chance: random.Random) -> None:
        claimed: list[ClaimedJob] = []
        for _ in range(PATIENCE):
            # a claim passes by whoever is locked just then
            claimed = claimed or job_claim(capability="cpu", worker=f"w{chance.random()}", count=2)
        for job in claimed:
            if chance.random() < 0.5:
                job_fail(job=job, failure=FAILED, permanent=True)
            else:
                self._deliver(job)

    def _deliver(self, job: ClaimedJob) -> None:
        try:
            job_succeed(job=job, outcome=f"{job.id}")
        except CancelledFirst:
            job_stop(job=job, failure=CANCELLED)

    def tidy(self, chance: random.Random) -> None:
        jobs_sweep()
        holds_sweep(now=timezone.now() + timedelta(minutes=2))
        monthly_grants_due(clock=timezone.now)

    def turns(self, deed: Callable[[random.Random], None], seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(TURNS):
                try:
                    deed(chance)
                except (NotEnough, CannotRetry, LostLease, Busy, ValidationError):
                    continue
                except Exception as error:
                    self.errors.append(error)
        finally:
            connections.close_all()


LINGER = """
CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.002); RETURN NULL; END $$;
CREATE TRIGGER linger AFTER UPDATE ON wallets_account FOR EACH ROW EXECUTE FUNCTION linger();
CREATE TRIGGER linger AFTER UPDATE ON jobs_allowance FOR EACH ROW EXECUTE FUNCTION linger();
"""


@pytest.fixture
def held_longer(transactional_db: None) -> Iterator[None]:
    """Every lock of a wallet and of an allowance is held for a moment, so that a wrong order cannot go unnoticed."""
    with connection.cursor() as cursor:
        cursor.execute(LINGER)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION linger CASCADE")


@pytest.fixture
def studio_work(steered: Steered) -> Iterator[None]:
    """The studio's jobs, made by the handler that a test steers."""
    real = handlers.get(KIND)
    steered.kind = KIND
    handlers.register(steered)
    yield
    handlers.register(real)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("studio_work", "held_longer")
def test_no_order_of_deeds_blocks_another(composer: Engine, creator: User) -> None:
    # given one user with jobs of a kind that needs no engine, and everything that touches them at once
    Plan.objects.filter(pk="free").update(takes=4, parallel=4, monthly_credits=CREDITS)
    creator.refresh_from_db()
    everybody = Everybody(creator)
    deeds = (
        everybody.ask,
        everybody.ask,
        everybody.cancel,
        everybody.retry,
        everybody.work,
        everybody.work,
        everybody.tidy,
    )
    threads = [threading.Thread(target=everybody.turns, args=(deed, seed)) for seed, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # then nothing stood in anything's way
    assert everybody.errors == []
    assert miscounted() == 0
    # and what is held is what waits or runs, what was charged is what succeeded
    assert not replay().differences
    moving = Job.objects.filter(status__in=["queued", "running"])
    assert set(OpenHold.objects.values_list("hold", flat=True)) == set(moving.values_list("hold", flat=True))
    made = Job.objects.filter(status="succeeded")
    charged = Transfer.objects.filter(kind="capture").values_list("hold", flat=True)
    assert Counter(charged) == Counter(made.values_list("hold", flat=True))
    wallet = wallet_of(creator)
    assert wallet.available + wallet.held == CREDITS - sum(job.credits for job in made)
    assert Allowance.objects.get(owner=creator).running == moving.filter(status="running").count()
