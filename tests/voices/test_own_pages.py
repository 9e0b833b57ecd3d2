"""The pages of one's own voices: three steps, the check, sharing, and the way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.library.storage import storage
from apps.voices.models import RegisteredPerformer
from apps.voices.selectors import performer_for
from apps.voices.sentences import OPENING, STATEMENT
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.performer_share import performer_share
from inference.registering.model import Fault, NotTaken
from tests.voices.conftest import Stage, ready_voice
from tests.voices.test_register import Checked, checked, record, work
from tests.world import make_user

__all__ = ["checked"]

ACTIONS = ("voice-sentence", "voice-forget", "voice-agree", "voice-stop", "voice-change", "voice-share", "voice-revoke")


@pytest.fixture
def ada(stage: Stage) -> Client:
    """The browser of who owns the voices."""
    return browser_of(stage.owner)


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: Any) -> str:
    content: bytes = answer.content
    return content.decode()


def page_of(client: Client, performer: RegisteredPerformer, query: str = "") -> str:
    answer = client.get(reverse("voice-mine", args=[performer.id]) + query)
    assert answer.status_code == 200
    return text(answer)


def act(client: Client, name: str, performer: RegisteredPerformer, **sent: str) -> Any:
    return client.post(reverse(name, args=[performer.id]), sent, follow=True)


def begun(client: Client, title: str = "Ada") -> RegisteredPerformer:
    answer = client.post(reverse("voice-add"), {"title": title, "style": "", "about": ""})
    assert answer.status_code == 302
    return RegisteredPerformer.objects.order_by("-id")[0]


def test_three_steps_lead_to_a_voice_that_can_be_sung_with(stage: Stage, ada: Client, checked: Checked) -> None:
    # given a sentence that was made up for this occasion
    performer = begun(ada)
    first = page_of(ada, performer)
    assert OPENING in first
    assert performer.sentence in first

    # when it was read, the next thing is a minute of anything, and then to agree
    record(stage.owner, str(performer.id), "consent", b"the sentence")
    assert "Now a minute of anything" in page_of(ada, performer)
    record(stage.owner, str(performer.id), "sample", b"anything else")
    assert STATEMENT in page_of(ada, performer)
    checking = text(act(ada, "voice-agree", performer, agreed="yes"))
    assert "We are listening" in checking
    assert f'data-take="{Job.objects.get(group=performer.id).id}"' in checking

    # then, once a worker has listened, the verdict stands there in words
    work()
    ready = text(ada.get(reverse("voice-now", args=[performer.id])))
    assert "one and the same voice" in ready
    assert "data-take" not in ready
    assert "A2" in ready


def test_a_step_that_is_not_due_yet_cannot_be_jumped_to(ada: Client) -> None:
    performer = begun(ada)
    for asked in ("?step=2", "?step=3", "?step=x", "?step=99"):
        assert "Read this aloud" in page_of(ada, performer, asked)


def test_what_did_not_arrive_is_said_and_can_be_taken_away(stage: Stage, ada: Client) -> None:
    # given a recording that was announced, and never sent
    performer = begun(ada)
    record(stage.owner, str(performer.id), "consent", b"the sentence")
    ada.post(f"/api/v1/voices/{performer.id}/recordings", {"role": "sample", "bytes": 5}, "application/json")
    assert "did not arrive whole" in page_of(ada, performer)

    # then agreeing says so too, and nothing is checked
    assert "have arrived" in text(act(ada, "voice-agree", performer, agreed="yes"))
    assert not Job.objects.exists()

    # and it can be taken away, twice
    lost = performer.recordings.get(role="sample")
    for _ in range(2):
        act(ada, "voice-forget", performer, recording=str(lost.id))
    assert [each.role for each in performer.recordings.all()] == ["consent"]


@pytest.mark.parametrize(
    ("fault", "advice"),
    [(Fault.ANOTHER_VOICE, "same microphone"), (Fault.SENTENCE_NOT_HEARD, "word for word"), (Fault.BAD_RECORDING, "")],
)
def test_a_refusal_says_what_happened_and_what_to_do(
    stage: Stage, ada: Client, checked: Checked, fault: Fault, advice: str
) -> None:
    performer = begun(ada)
    record(stage.owner, str(performer.id), "consent", b"the sentence")
    record(stage.owner, str(performer.id), "sample", b"anything else")
    act(ada, "voice-agree", performer, agreed="yes")
    checked.refusal = NotTaken(fault, "This will not do.")
    work()
    shown = page_of(ada, performer)
    assert "This will not do." in shown
    assert advice in shown
    assert "Your recordings are deleted" in shown

    # and it begins again with another sentence
    assert "Read this aloud" in text(act(ada, "voice-sentence", performer))
    old, performer = performer.sentence, RegisteredPerformer.objects.get(id=performer.id)
    assert performer.sentence != old


def test_a_check_can_be_stopped(stage: Stage, ada: Client) -> None:
    performer = begun(ada)
    record(stage.owner, str(performer.id), "consent", b"the sentence")
    record(stage.owner, str(performer.id), "sample", b"anything else")
    act(ada, "voice-agree", performer, agreed="yes")
    stopped = text(act(ada, "voice-stop", performer))
    assert "You stopped it" in stopped
    assert "This did not work" not in stopped
    assert not storage().exists(performer.folder)


def test_nothing_is_registered_without_agreement(stage: Stage, ada: Client) -> None:
    performer = begun(ada)
    record(stage.owner, str(performer.id), "consent", b"the sentence")
    record(stage.owner, str(performer.id), "sample", b"anything else")
    assert "Without your agreement" in text(act(ada, "voice-agree", performer))
    performer.refresh_from_db()
    assert (performer.state, performer.consented_at) == ("recording", None)


def test_a_sentence_waits_for_half_an_hour(ada: Client) -> None:
    performer = begun(ada)
    RegisteredPerformer.objects.update(sentence_until=timezone.now() - timedelta(seconds=1))
    assert "The sentence is too old" in page_of(ada, performer)
    assert "Read this aloud" in text(act(ada, "voice-sentence", performer))


def test_the_microphone_is_let_in_where_there_is_something_to_record_and_nowhere_else(
    stage: Stage, ada: Client
) -> None:
    recording, ready = begun(ada), ready_voice(stage.owner)
    policy = ada.get(reverse("voice-mine", args=[recording.id]))["Permissions-Policy"]
    assert "microphone=(self)" in policy
    assert "camera=()" in policy
    for address in (reverse("voice-mine", args=[ready.id]), reverse("voice-add"), reverse("voices-mine"), "/library/"):
        assert "microphone=()" in ada.get(address)["Permissions-Policy"]


def test_a_voice_needs_a_name(ada: Client) -> None:
    answer = ada.post(reverse("voice-add"), {"title": "  ", "style": "", "about": ""})
    assert answer.status_code == 422
    assert not RegisteredPerformer.objects.exists()


def test_who_may_sing_is_chosen_and_changed(stage: Stage, ada: Client) -> None:
    performer, friend = ready_voice(stage.owner), make_user()

    # shared with nobody is a mistake, and so is what is no address; nothing changes
    for addresses in ("", "not an address"):
        answer = act(ada, "voice-share", performer, visibility="shared", shared_with=addresses)
        assert answer.status_code == 422
        performer.refresh_from_db()
        assert performer.visibility == "private"

    # a friend may sing with it from when they are named, however the addresses are written
    sent = f" {friend.email.upper()},\n somebody@example.org;"
    act(ada, "voice-share", performer, visibility="shared", shared_with=sent)
    assert performer_for(friend, performer.id) is not None
    assert performer_for(make_user(), performer.id) is None
    assert friend.email in page_of(ada, performer)

    # until it is private again
    act(ada, "voice-share", performer, visibility="private", shared_with=friend.email)
    assert performer_for(friend, performer.id) is None


def test_its_texts_are_changed(stage: Stage, ada: Client) -> None:
    performer = ready_voice(stage.owner)
    assert "Low and warm" in text(act(ada, "voice-change", performer, title="Bo", style="Low and warm", about=""))
    refused = act(ada, "voice-change", performer, title="", style="", about="")
    assert refused.status_code == 422
    performer.refresh_from_db()
    assert (performer.title, performer.style) == ("Bo", "Low and warm")


def test_a_revoked_voice_is_gone_and_its_consent_stays_on_record(stage: Stage, ada: Client) -> None:
    performer = ready_voice(stage.owner, visibility="public")
    shown = text(act(ada, "voice-revoke", performer))
    assert "Nobody can sing with this voice any more" in shown
    assert not storage().exists(performer.folder)
    assert performer_for(stage.owner, performer.id) is None

    # whoever had its page open changes nothing any more
    for name, sent in (("voice-share", {"visibility": "public"}), ("voice-change", {"title": "Back"})):
        act(ada, name, performer, **sent)
    act(ada, "voice-revoke", performer)
    performer.refresh_from_db()
    assert (performer.state, performer.visibility, performer.title) == ("revoked", "private", "Ada")


def test_a_voice_is_managed_by_its_owner_alone(stage: Stage, client: Client) -> None:
    # given a voice that is open to everybody
    performer = ready_voice(stage.owner)
    performer_share(performer=performer, visibility="public")
    stranger = browser_of(make_user())
    for name in ("voice-mine", "voice-now"):
        assert stranger.get(reverse(name, args=[performer.id])).status_code == 404
        assert client.get(reverse(name, args=[performer.id])).status_code == 302
    for name in ACTIONS:
        sent = {"visibility": "private", "title": "Mine now"}
        assert stranger.post(reverse(name, args=[performer.id]), sent).status_code == 404
        assert client.post(reverse(name, args=[performer.id]), sent).status_code == 302
        # an address alone does nothing
        assert browser_of(stage.owner).get(reverse(name, args=[performer.id])).status_code == 405
    performer.refresh_from_db()
    assert (performer.state, performer.visibility, performer.title) == ("ready", "public", "Ada")
    assert "Ada" not in text(stranger.get(reverse("voices-mine")))


def test_the_list_costs_the_same_however_long_it_is(stage: Stage, ada: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as made:
            assert ada.get(reverse("voices-mine")).status_code == 200
        return len(made)

    ready_voice(stage.owner)
    few = queries()
    ready_voice(stage.owner, title="Bo")
    performer_revoke(performer=ready_voice(stage.owner), now=timezone.now())
    assert queries() == few
