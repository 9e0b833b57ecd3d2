"""Registering a voice: a sentence, recordings, consent, a check, and the way out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.accounts.registry import sections
from apps.jobs import handlers
from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.models import Job
from apps.jobs.services.job_claim import job_claim
from apps.library.storage import storage
from apps.voices.models import PERFORMERS, RegisteredPerformer
from apps.voices.personal import _erase
from apps.voices.sentences import OPENING, STATEMENT, WORDS, new_sentence, other_sentences
from apps.voices.services.performer_register import CHECKS_EACH, performer_register
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.voices_sweep import voices_sweep
from apps.voices.tasks.register import RegisterHandler
from inference.registering.model import Fault, NotTaken, Registered, Task
from tests.uploads.conftest import put
from tests.voices.conftest import Stage
from tests.world import api_client, make_user

FOUND = Registered("c" * 64, "b" * 64, 0.91, "spectral 1", 62.0, "A2", "E4")


class Checked:
    """Finds what it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Task] = []
        self.refusal: NotTaken | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def __call__(
        self, task: Task, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Registered:
        self.asked.append(task)
        self.meanwhile()
        if self.refusal is not None:
            raise self.refusal
        task.folder.mkdir()
        (task.folder / "print").write_bytes(b"what was learned")
        (task.folder / "sample.mp3").write_bytes(b"a few seconds")
        return FOUND


@pytest.fixture
def checked(stage: Stage) -> Iterator[Checked]:
    """A check whose result the test decides."""
    made, before = Checked(), handlers.get("register")
    handlers.register(RegisterHandler(made))
    yield made
    handlers.register(before)


def begun(owner: User) -> dict[str, Any]:
    answer = api_client(owner).post("/api/v1/voices", {"title": "Ada"}, format="json")
    assert answer.status_code == 201
    shown: dict[str, Any] = answer.json()
    return shown


def record(owner: User, voice: str, role: str, content: bytes) -> None:
    asked = {"role": role, "bytes": len(content)}
    answer = api_client(owner).post(f"/api/v1/voices/{voice}/recordings", asked, format="json")
    assert answer.status_code == 201
    assert put(answer.json()["target"] | {"number": 1}, content) == 200


def agree(owner: User, voice: str, *, agreed: bool = True) -> Any:
    return api_client(owner).post(f"/api/v1/voices/{voice}/register", {"agreed": agreed}, format="json")


def sent(owner: User) -> RegisteredPerformer:
    """A voice that waits for its check."""
    voice = begun(owner)["id"]
    record(owner, voice, "consent", b"the sentence")
    record(owner, voice, "sample", b"anything else")
    assert agree(owner, voice).status_code == 202
    return RegisteredPerformer.objects.get(id=voice)


def work() -> None:
    (job,) = job_claim(capability="cpu", worker="test")
    execute(job, Control())


def test_a_voice_with_consent_can_be_sung_with(stage: Stage, checked: Checked) -> None:
    shown = begun(stage.owner)
    assert shown["sentence"].startswith(OPENING)
    assert shown["statement"] == STATEMENT
    record(stage.owner, shown["id"], "consent", b"the sentence")
    record(stage.owner, shown["id"], "sample", b"anything else")
    answer = agree(stage.owner, shown["id"])
    assert (answer.status_code, answer.json()["state"]) == (202, "checking")

    # when a worker has checked it
    work()

    # then the consent is kept: the sentence, the statement, when, and the hash of the recording
    performer = RegisteredPerformer.objects.get(id=shown["id"])
    assert (performer.state, performer.statement, performer.sentence) == ("ready", STATEMENT, shown["sentence"])
    assert performer.consented_at is not None
    assert (performer.consent_sha256, performer.similarity) == (FOUND.consent_sha256, FOUND.similarity)
    assert (performer.lowest, performer.highest) == ("A2", "E4")
    (asked,) = checked.asked
    assert asked.sentence == shown["sentence"]
    assert len(asked.samples) == 1

    # and it can be sung with, by its owner alone
    swap = stage.made(performer=shown["id"])
    assert (swap.state, swap.performer_title) == ("done", "Ada")

    # when it is revoked, everything of it is gone but the record of the consent
    performer_revoke(performer=performer, now=timezone.now())
    assert not storage().exists(f"{PERFORMERS}/{performer.id}")
    assert not performer.recordings.exists()
    performer.refresh_from_db()
    assert (performer.state, performer.consented_at is not None) == ("revoked", True)


@pytest.mark.parametrize("fault", [Fault.ANOTHER_VOICE, Fault.SEVERAL_VOICES, Fault.NO_VOICE, Fault.SENTENCE_NOT_HEARD])
def test_a_voice_that_is_refused_says_why_and_may_begin_again(stage: Stage, checked: Checked, fault: Fault) -> None:
    performer = sent(stage.owner)
    checked.refusal = NotTaken(fault, "This will not do.")
    work()

    client, address = api_client(stage.owner), f"/api/v1/voices/{performer.id}"
    shown = client.get(address).json()
    assert shown["state"] == "refused"
    assert shown["refusal"] == {"type": str(fault), "detail": "This will not do."}
    assert not storage().exists(performer.folder)

    again = client.post(f"{address}/sentence").json()
    assert (again["state"], again["refusal"], again["recordings"]) == ("recording", None, [])
    assert again["sentence"] != performer.sentence


def test_nothing_is_registered_without_agreement_or_recordings(stage: Stage) -> None:
    voice = begun(stage.owner)["id"]
    record(stage.owner, voice, "consent", b"the sentence")
    assert agree(stage.owner, voice).json()["type"] == "/problems/recordings-missing"
    record(stage.owner, voice, "sample", b"anything")
    assert agree(stage.owner, voice, agreed=False).json()["type"] == "/problems/consent-missing"

    # announced, and never sent
    asked = {"role": "sample", "bytes": 5}
    api_client(stage.owner).post(f"/api/v1/voices/{voice}/recordings", asked, format="json")
    assert agree(stage.owner, voice).json()["type"] == "/problems/incomplete"
    assert not Job.objects.exists()


def test_a_sentence_that_was_shown_long_ago_is_of_no_use(stage: Stage) -> None:
    voice = begun(stage.owner)["id"]
    record(stage.owner, voice, "consent", b"the sentence")
    record(stage.owner, voice, "sample", b"anything")
    RegisteredPerformer.objects.update(sentence_until=timezone.now() - timedelta(seconds=1))
    answer = agree(stage.owner, voice)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/sentence-expired")


@pytest.mark.parametrize(("size", "kind"), [(0, "empty"), (24 * 1024**2 + 1, "too-large")])
def test_a_recording_of_no_possible_size_is_refused(stage: Stage, size: int, kind: str) -> None:
    voice = begun(stage.owner)["id"]
    asked = {"role": "sample", "bytes": size}
    answer = api_client(stage.owner).post(f"/api/v1/voices/{voice}/recordings", asked, format="json")
    assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{kind}")


def test_agreeing_twice_makes_one_check(stage: Stage) -> None:
    performer = sent(stage.owner)
    assert agree(stage.owner, str(performer.id)).status_code == 202
    assert Job.objects.count() == 1


def test_a_voice_revoked_while_it_is_checked_is_not_kept(stage: Stage, checked: Checked) -> None:
    performer = sent(stage.owner)
    checked.meanwhile = lambda: performer_revoke(performer=performer, now=timezone.now())
    work()
    performer.refresh_from_db()
    assert performer.state == "revoked"
    assert not storage().exists(performer.folder)


def test_voices_of_a_day_have_a_limit(stage: Stage, settings: Settings) -> None:
    settings.VOICE_REGISTRATIONS_DAILY = 1
    begun(stage.owner)
    answer = api_client(stage.owner).post("/api/v1/voices", {"title": "Bo"}, format="json")
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many")


def test_checks_of_a_day_have_a_limit(stage: Stage, checked: Checked, settings: Settings) -> None:
    settings.VOICE_REGISTRATIONS_DAILY = 1
    performer = sent(stage.owner)
    checked.refusal = NotTaken(Fault.NO_VOICE, "This will not do.")
    work()
    for number in range(CHECKS_EACH):
        assert api_client(stage.owner).post(f"/api/v1/voices/{performer.id}/sentence").status_code == 200
        record(stage.owner, str(performer.id), "consent", b"the sentence")
        record(stage.owner, str(performer.id), "sample", b"anything else")
        answer = agree(stage.owner, str(performer.id))
        if number < CHECKS_EACH - 1:
            assert answer.status_code == 202
            work()

    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/checks-used-up")
    performer.refresh_from_db()
    assert (performer.state, performer.consented_at) == ("recording", None)
    assert Job.objects.count() == CHECKS_EACH

    # a day after the first there is room for another
    tomorrow = timezone.now() + timedelta(hours=25)
    performer.sentence_until = tomorrow + timedelta(minutes=1)
    performer.save()
    assert performer_register(performer=performer, agreed=True, now=tomorrow).state == "checking"


def test_what_nobody_goes_on_with_goes_after_a_day(stage: Stage) -> None:
    voice = begun(stage.owner)["id"]
    record(stage.owner, voice, "consent", b"the sentence")
    now = timezone.now()
    assert voices_sweep(now=now + timedelta(hours=2)).registrations == 0
    assert voices_sweep(now=now + timedelta(hours=25)).registrations == 1
    assert not RegisteredPerformer.objects.exists()


def test_a_person_who_leaves_takes_the_voice_along(stage: Stage, checked: Checked) -> None:
    performer = sent(stage.owner)
    work()
    told = {section.name: list(section.rows(stage.owner)) for section in sections()}
    assert [row["sentence"] for row in told["performers"]] == [performer.sentence]
    assert told["swaps"] == []

    _erase(stage.owner)
    assert not storage().exists(performer.folder)


def test_no_two_people_are_shown_the_same_sentence() -> None:
    chance = random.Random(1)
    shown = {new_sentence(chance) for _ in range(500)}
    assert len(shown) == 500
    others = other_sentences(next(iter(shown)), 29, chance)
    assert len(set(others)) == 29
    for word in WORDS:
        assert not (word in next(iter(shown)) and any(word in other for other in others))


def test_somebody_elses_address_must_be_confirmed(stage: Stage, settings: Settings) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    stranger = make_user()
    EmailAddress.objects.filter(user=stranger).update(verified=False)
    answer = api_client(stranger).post("/api/v1/voices", {"title": "Ada"}, format="json")
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/address-not-verified")
