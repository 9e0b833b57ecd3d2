"""The proof: a sound book passes, every kind of corruption is found and named, and looking changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.services.charge import REFERENCE
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_submit import job_submit
from apps.wallets import proof as proof_module
from apps.wallets import references
from apps.wallets.models import Account, LotSource, Transfer
from apps.wallets.operations import forgotten
from apps.wallets.operations.models import Proof
from apps.wallets.proof import Finding, look, prove
from apps.wallets.references import Link, Reference
from apps.wallets.replay import replay
from apps.wallets.services.credits_take_back import credits_take_back
from apps.wallets.services.hold_resolve import hold_capture, hold_release
from apps.wallets.services.lots_expire import lots_expire
from apps.wallets.stripe.models import Payment, Reversal, StripeEvent
from apps.wallets.stripe.payments import Paid, payment_settle
from apps.wallets.stripe.settling import settle
from apps.wallets.tasks import prove_books
from tests.wallets.books import NOW, balances, day, grant, hold
from tests.world import make_user

pytestmark = pytest.mark.django_db
lasting = pytest.mark.django_db(transaction=True)
"""For tests that prove: a proof wants a transaction of its own."""


@dataclass(frozen=True)
class Books:
    """Two people with a bit of everything in their wallets."""

    ada: User
    ben: User
    open_hold: UUID


def paid(user: User, source: str, *, credits: int = 1000) -> Payment:  # noqa: A002 - the field's name
    """A pack that was paid for, as Stripe's worker keeps it."""
    with transaction.atomic():
        payment_settle(
            Paid(
                source=source,
                kind=Payment.Kind.PACK,
                user=user,
                title="A pack",
                amount_minor=2000,
                currency="eur",
                credits=credits,
                expires_at=None,
                payment_intent=f"pi_{source}",
                receipt_url="",
                paid_at=NOW,
                trouble="",
            ),
            now=NOW,
        )
    return Payment.objects.get(source=source)


def refunded(payment: Payment, stripe_id: str, amount: int) -> Reversal:
    """Money that went back."""
    row = Reversal.objects.create(
        kind=Reversal.Kind.REFUND,
        stripe_id=stripe_id,
        payment=payment,
        amount_minor=amount,
        currency="eur",
        status="succeeded",
        counts=True,
        created_at=NOW,
        told_at=NOW,
    )
    with transaction.atomic():
        settle(payment, row, now=NOW)
    return row


@pytest.fixture
def books() -> Books:
    """Bought, given, held, charged in part, released, expired, refunded in vain, refunded into debt."""
    ada, ben = make_user("ada@example.org"), make_user("ben@example.org")
    bought = paid(ada, "cs_ada")
    undone = refunded(bought, "re_failed", 500)
    Reversal.objects.filter(pk=undone.pk).update(counts=False)
    with transaction.atomic():
        settle(bought, Reversal.objects.get(pk=undone.pk), now=NOW)
    grant(ada, 240, source=LotSource.MONTHLY, until=20)
    grant(ada, 30, source=LotSource.GIFT, until=1)
    hold_capture(hold=hold(ada, 50), amount=20, now=day(0))
    hold_release(hold=hold(ada, 250), now=day(0))
    lots_expire(now=day(2), limit=10)
    open_hold = hold(ada, 300, at=2)
    payment = paid(ben, "cs_ben", credits=100)
    hold_capture(hold=hold(ben, 60), now=day(0))
    refunded(payment, "re_ben", 1000)
    refunded(payment, "re_ben_too", 500)
    credits_take_back(owner=ben, amount=5, key="clawed", memo="A mistake", kind="clawback", now=day(1))
    return Books(ada, ben, open_hold)


@contextmanager
def tampering() -> Iterator[None]:
    """A superuser's session in which no trigger looks."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def failed(found: Iterable[Finding]) -> set[str]:
    """The names of the checks that found something."""
    return {each.name for each in found if each.wrong}


def found_by(name: str, *, now: datetime) -> Finding:
    """What one check finds."""
    return next(each for each in look(now=now) if each.name == name)


def everything() -> str:
    """Every row of every table of the ledger and of payments."""
    tables = ("account", "lot", "transfer", "openhold", "answer", "memo", "payment", "reversal", "stripeevent")
    with connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM wallets_{table} AS t")
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


@lasting
def test_a_sound_book_passes_and_looking_changes_nothing(books: Books) -> None:
    before = everything()
    proof = prove(now=day(2))
    assert [check for check in proof.checks if check["wrong"]] == []
    assert proof.passed
    assert everything() == before
    looked = {check["name"]: check["checked"] for check in proof.checks}
    assert looked["balances"] == 2
    assert looked["payments"] == looked["grants"] == 2
    assert looked["reversals"] == 3
    assert looked["running"] == Transfer.objects.count()
    assert mail.outbox == []
    for change in (lambda: Proof.objects.update(passed=False), proof.delete):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            change()


def test_every_night_has_its_proof() -> None:
    import_module("apps.wallets.migrations.0004_operations").add_schedule(apps, None)
    task = PeriodicTask.objects.get(task="wallets.prove")
    assert task.enabled
    assert (task.crontab.hour, task.crontab.day_of_week, task.crontab.day_of_month) == ("3", "*", "*")
    assert prove_books.name == task.task


def test_empty_books_balance(db: None) -> None:
    assert failed(look(now=NOW)) == set()


CORRUPTIONS = {
    "a balance is raised": ("UPDATE wallets_account SET available = available + 1 WHERE owed = 0", "balances"),
    "a balance is raised, with the world": (
        "UPDATE wallets_account SET available = available + 1 WHERE owed = 0",
        "zero",
    ),
    "held credits are let go": ("UPDATE wallets_account SET held = 0", "balances"),
    "a debt is forgotten": ("UPDATE wallets_account SET owed = 0", "balances"),
    "a lot is filled up": ("UPDATE wallets_lot SET available = amount, spent = false", "lots"),
    "a lot and its account are filled up": (
        "UPDATE wallets_lot SET available = available - 1 WHERE available > 0",
        "lot-sums",
    ),
    "a lot hides that it is not spent": ("UPDATE wallets_lot SET spent = true", "negative"),
    "a lot is given to somebody else": (
        "UPDATE wallets_lot SET account_id = (SELECT max(id) FROM wallets_account) WHERE source = 'monthly'",
        "owners",
    ),
    "an amount in the journal is changed": (
        "UPDATE wallets_transfer SET amount = amount + 7 WHERE kind = 'grant' AND reason = 'gift'",
        "balances",
    ),
    "an amount no longer is what its lots say": (
        "UPDATE wallets_transfer SET amount = amount + 7 WHERE kind = 'grant' AND reason = 'gift'",
        "parts",
    ),
    "a debt moves a lot": (
        "UPDATE wallets_transfer SET lots = '{1}', amounts = ARRAY[amount] WHERE kind = 'owe'",
        "parts",
    ),
    "a part is less than nothing": (
        "UPDATE wallets_transfer SET lots = lots || lots, amounts = ARRAY[amount + 3, -3] WHERE reason = 'gift'",
        "parts",
    ),
    "a lot has no part": ("UPDATE wallets_transfer SET lots = lots || 5::bigint WHERE reason = 'gift'", "parts"),
    "a line is deleted": ("DELETE FROM wallets_transfer WHERE kind = 'expire'", "running"),
    "a grant is turned round": (
        "UPDATE wallets_transfer SET debit = 'credits', credit = 'issued' WHERE reason = 'gift'",
        "sides",
    ),
    "a line is given to nobody": ("UPDATE wallets_transfer SET account_id = 0 WHERE kind = 'owe'", "owners"),
    "a line lies about what was available": (
        "UPDATE wallets_transfer SET available = 1 WHERE kind = 'hold'",
        "running",
    ),
    "a hold ends for more than it held": (
        "UPDATE wallets_transfer SET released = released + 10 WHERE kind = 'capture'",
        "resolutions",
    ),
    "an end has no hold": ("DELETE FROM wallets_transfer WHERE kind = 'hold'", "resolutions"),
    "an open hold is off the list": ("DELETE FROM wallets_openhold", "open-holds"),
    "a hold that ended is on the list": (
        "INSERT INTO wallets_openhold (hold, account_id, reference_kind, at, expires_at)"
        " SELECT hold, account_id, '', at, at + interval '9 days' FROM wallets_transfer WHERE kind = 'release'",
        "open-holds",
    ),
    "a key acted twice": (
        "UPDATE wallets_transfer SET key = 'checkout:cs_ada' WHERE kind = 'grant' AND reason = 'monthly'",
        "keys",
    ),
    "an answer is gone": ("DELETE FROM wallets_answer WHERE key = 'clawed'", "keys"),
    "an answer has no line": (
        "INSERT INTO wallets_answer (key, content, outcome) VALUES ('made:up', '', 'granted')",
        "keys",
    ),
    "a payment was never granted": (
        "UPDATE wallets_payment SET source = 'cs_other' WHERE source = 'cs_ada'",
        "payments",
    ),
    "a grant was never paid": ("UPDATE wallets_payment SET state = 'look' WHERE source = 'cs_ada'", "grants"),
    "a payment brought more than was granted": (
        "UPDATE wallets_payment SET credits = credits + 1 WHERE source = 'cs_ada'",
        "payments",
    ),
    "a payment went to somebody else": (
        "UPDATE wallets_payment SET user_id = (SELECT id FROM accounts_user WHERE email = 'ben@example.org')"
        " WHERE source = 'cs_ada'",
        "payments",
    ),
    "a payment names another lot": ("UPDATE wallets_payment SET lot = lot + 1 WHERE source = 'cs_ada'", "payments"),
    "a refund took nothing": ("UPDATE wallets_reversal SET credits = 0 WHERE stripe_id = 're_ben'", "reversals"),
    "a refund of nobody took something": ("DELETE FROM wallets_reversal WHERE stripe_id = 're_ben_too'", "reversals"),
    "more went back than came": ("UPDATE wallets_payment SET credits = 10 WHERE source = 'cs_ben'", "proportion"),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_is_found_and_named(books: Books, name: str) -> None:
    sql, check = CORRUPTIONS[name]
    with tampering():
        execute(sql)

    found = look(now=day(2))

    assert check in failed(found)
    assert all(bool(each.wrong) == bool(each.examples) for each in found)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE wallets_account SET available = -1",
        "UPDATE wallets_account SET held = -1",
        "UPDATE wallets_account SET owed = -1",
        "UPDATE wallets_lot SET available = -1 WHERE NOT spent",
        "UPDATE wallets_lot SET held = -1 WHERE NOT spent",
    ],
)
def test_less_than_nothing_is_found_where_the_type_allows_it(books: Books, sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(sql)
    # checks that wait for the end of the transaction would forbid the change of the type
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER DOMAIN wallets_credits DROP CONSTRAINT wallets_credits_check")
    execute(sql)
    assert "negative" in failed(look(now=day(2)))


def test_a_hold_for_nothing_is_found_after_a_day(books: Books) -> None:
    references.register("proof-known", lambda ids: {each: Link("Night train") for each in ids if each == known.id})
    forgotten.register("proof-job", lambda ids: {each for each in ids if each == runs.id})
    known, gone = Reference("proof-known", uuid4()), Reference("proof-known", uuid4())
    runs, ended = Reference("proof-job", uuid4()), Reference("proof-job", uuid4())
    lost = {hold(books.ada, 1, reference=each, at=2): each for each in (known, gone, runs, ended)}

    assert found_by("orphans", now=day(2) + timedelta(hours=23)).checked == 0
    found = found_by("orphans", now=day(3) + timedelta(minutes=1))

    said = "\n".join(found.examples)
    assert (found.checked, found.wrong) == (5, 3)
    assert str(books.open_hold) in said
    assert {each for row, each in lost.items() if str(row) in said and str(each.id) in said} == {gone, ended}


def test_a_jobs_hold_is_for_nothing_once_the_job_has_ended() -> None:
    owner, now = make_user(), timezone.now()
    jobs = [
        job_submit(
            owner=owner, kind="generate", capability="cpu", engine="composer", payload={}, group=uuid4(), parallel=1,
            paid=False, expected_seconds=60, now=now,
        )
        for _ in range(2)
    ]  # fmt: skip
    job_cancel(job=jobs[1], now=now)
    about = [Reference(REFERENCE, each) for each in (jobs[0].pk, jobs[1].pk, uuid4())]
    assert forgotten.forgotten(about) == set(about[1:])


def test_a_hold_long_past_its_life_is_found(books: Books, settings: Settings) -> None:
    over = day(2) + settings.WALLET_HOLD_LIFE
    assert found_by("late-holds", now=over + timedelta(hours=23)).wrong == 0
    assert str(books.open_hold) in found_by("late-holds", now=over + timedelta(hours=25)).examples[0]


def test_a_message_of_stripes_that_waits_is_found_after_a_day(books: Books) -> None:
    StripeEvent.objects.create(
        id="evt_late",
        type="refund.created",
        subject="re_x",
        created_at=NOW,
        received_at=NOW,
        via="webhook",
        next_try_at=NOW,
    )
    assert "late-events" not in failed(look(now=NOW + timedelta(hours=23)))
    assert "late-events" in failed(look(now=NOW + timedelta(hours=25)))


@lasting
def test_what_moves_meanwhile_is_no_difference(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two of the proof's queries somebody else commits a hold and a grant, without waiting for it."""
    real = replay

    def others() -> None:
        try:
            grant(books.ada, 500, source=LotSource.GIFT)
            hold(books.ada, 400, at=2)
        finally:
            connection.close()

    def replay_with_others(*, limit: int) -> object:
        found = real(limit=limit)
        thread = threading.Thread(target=others)
        thread.start()
        thread.join(30)
        assert not thread.is_alive()
        return found

    monkeypatch.setattr(proof_module, "replay", replay_with_others)
    lines = Transfer.objects.count()

    proof = prove(now=day(2))

    assert [check for check in proof.checks if check["wrong"]] == []
    assert Transfer.objects.count() == lines + 2
    assert next(check for check in proof.checks if check["name"] == "running")["checked"] == lines
    assert failed(look(now=day(2))) == set()


@lasting
def test_a_proof_cannot_write(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    def meddling(*, limit: int) -> object:
        execute("UPDATE wallets_account SET owed = owed + 1")
        raise AssertionError("it could write")

    monkeypatch.setattr(proof_module, "replay", meddling)
    with pytest.raises(Exception, match="read-only transaction"):
        prove(now=day(2))
    assert balances(books.ada, at=2)[2] == 0


@lasting
def test_failure_is_kept_mailed_and_shown_to_prometheus(books: Books, settings: Settings) -> None:
    settings.ADMINS = [("", "operator@example.org")]
    hold_release(hold=books.open_hold, now=day(2))
    prove_books()
    assert mail.outbox == []
    good = Client().get("/metrics").content.decode()
    with tampering():
        execute("UPDATE wallets_account SET available = available + 1 WHERE owed = 0")

    prove_books()

    bad = Client().get("/metrics").content.decode()
    proof = Proof.objects.first()
    assert proof is not None
    assert not proof.passed
    (sent,) = mail.outbox
    assert sent.to == ["operator@example.org"]
    assert f"/operations/money/proofs/{proof.pk}/" in sent.body
    assert "account.available" in sent.body
    assert 'refrain_books_differences{check="balances"} 0.0' in good
    assert "refrain_books_balance 1.0" in good
    assert 'refrain_books_differences{check="balances"} 1.0' in bad
    assert "refrain_books_balance 0.0" in bad


def test_many_differences_are_counted_and_few_are_kept(books: Books) -> None:
    with tampering():
        execute(
            "INSERT INTO wallets_answer (key, content, outcome)"
            " SELECT 'made:' || n, '', 'granted' FROM generate_series(1, 500) AS n"
        )
    found = found_by("keys", now=day(2))
    assert (found.wrong, len(found.examples)) == (500, proof_module.EXAMPLES)


@lasting
def test_the_command_proves_and_says_what_differs(books: Books) -> None:
    hold_release(hold=books.open_hold, now=day(2))
    out = StringIO()
    call_command("wallets", "prove", stdout=out)
    assert "The books balance." in out.getvalue()
    with tampering():
        execute("UPDATE wallets_account SET held = held + 1 WHERE owed = 0")
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("wallets", "prove", stdout=out)
    assert ended.value.code == 1
    account = Account.objects.get(owner=books.ada)
    assert f"account.held of {account.pk}: kept 1, the journal says 0" in out.getvalue()


def test_the_command_shows_a_wallet_and_changes_nothing(books: Books) -> None:
    before, out = everything(), StringIO()
    call_command("wallets", "show", "Ada@example.org", stdout=out)
    shown = out.getvalue()
    assert "300 held, 0 owed" in shown
    assert str(books.open_hold) in shown
    assert everything() == before
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("wallets", "show", "nobody@example.org")
