"""A swap from the request to the version: what it costs, what is kept, and what stops it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.services.account_erase import account_erase
from apps.jobs import handlers
from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.handlers import Permanent
from apps.jobs.models import EngineLimit, Job
from apps.jobs.services.job_cancel import job_cancel
from apps.jobs.services.job_finish import job_succeed
from apps.library.models import Rendition, Version
from apps.library.paths import prefix_of
from apps.library.services.track_trash import track_trash
from apps.library.storage import storage
from apps.voices.errors import NotAllowed, TooMany, Unfit
from apps.voices.models import Swap
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.performer_share import performer_share
from apps.voices.services.swap_request import Asked, KeyReused, swap_request
from apps.voices.services.voices_sweep import voices_sweep
from apps.wallets.selectors import wallet_of
from inference.engine import EngineError
from inference.separation.model import Method
from inference.swapping.model import NoVocals, OnlyVocals, Silent, TooShort
from tests.voices.conftest import GOOD, POOR, Stage, ready_voice
from tests.world import make_user


def test_a_swap_is_a_version_of_the_same_track_with_its_stems_and_words(stage: Stage) -> None:
    before = wallet_of(stage.owner).available

    # when
    swap = stage.made(handling="fit")

    # then
    assert swap.result is not None
    version = Version.objects.get(id=swap.result.id)
    assert (version.track_id, version.parent_id, version.operation) == (
        stage.version.track_id,
        stage.version.id,
        "swap",
    )
    assert version.lyrics == stage.version.lyrics
    assert version.parameters["performer"] == "Cedar"
    assert version.licence == stage.version.licence
    paths = set(Rendition.objects.filter(version=version).values_list("path", flat=True))
    assert {"stems/vocals.flac", "master.flac", "song.lrc", "quality/pitch.svg"} <= paths

    # and it is charged, once
    assert swap.credits == 1
    assert wallet_of(stage.owner).available == before - 1
    assert swap.card == GOOD.as_json()
    (asked,) = stage.pipeline.asked
    assert (asked.built_in, asked.voice, asked.handling) == ("cedar", None, "fit")


def test_a_karaoke_version_has_nobody_who_sings(stage: Stage) -> None:
    swap = stage.made("karaoke")
    assert swap.result is not None
    assert (swap.result.operation, swap.result.instrumental, swap.result.lyrics) == (
        "karaoke",
        True,
        stage.version.lyrics,
    )
    assert not stage.pipeline.asked[0].sung


def test_a_preview_is_free_and_no_version_and_goes_after_a_day(stage: Stage) -> None:
    before = wallet_of(stage.owner).available
    swap = stage.made("preview", start=1.0)

    assert Version.objects.count() == 1
    assert wallet_of(stage.owner).available == before
    assert storage().exists(swap.sound_name)
    span = stage.pipeline.asked[0].span
    assert span is not None
    assert (span.start, span.seconds) == (0.0, stage.version.seconds)

    voices_sweep(now=timezone.now() + timedelta(days=2))
    assert not storage().exists(swap.sound_name)


def test_previews_of_a_day_have_a_limit(stage: Stage, settings: Settings) -> None:
    settings.VOICE_PREVIEWS_DAILY = 2
    for _ in range(2):
        stage.made("preview")
    with pytest.raises(TooMany, match="2 previews"):
        stage.ask("preview")

    # a day later there are new ones
    Swap.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert stage.ask("preview").state == "open"


def test_a_preview_that_failed_does_not_count(stage: Stage, settings: Settings) -> None:
    settings.VOICE_PREVIEWS_DAILY = 1
    swap = stage.ask("preview")
    Swap.objects.filter(id=swap.id).update(version=None)
    stage.work()
    swap.refresh_from_db()
    assert swap.state == "failed"
    assert stage.ask("preview").state == "open"


@pytest.mark.parametrize("kind", ["swap", "karaoke"])
def test_a_poor_result_is_tried_with_the_other_method(stage: Stage, kind: str) -> None:
    stage.pipeline.cards = [POOR, GOOD]
    swap = stage.made(kind)
    assert [task.method for task in stage.pipeline.asked] == [None, Method.CENTRE]
    assert (swap.poor, swap.facts["method"], swap.waived_at) == (False, "centre", None)


def test_a_poor_result_stays_when_the_other_method_fails(stage: Stage) -> None:
    stage.pipeline.cards = [POOR]

    def meanwhile(should_stop: Callable[[], bool]) -> None:
        if len(stage.pipeline.asked) == 2:
            stage.pipeline.error = NoVocals(part=False)

    stage.pipeline.meanwhile = meanwhile
    swap = stage.made()
    assert (swap.state, swap.poor, swap.result is not None) == ("done", True, True)
    assert swap.waived_at is not None


def test_what_stays_poor_is_shown_and_not_charged_a_few_times_a_month(stage: Stage, settings: Settings) -> None:
    settings.VOICE_POOR_FREE_MONTHLY = 1
    stage.pipeline.cards = [POOR]
    before = wallet_of(stage.owner).available

    first = stage.made()
    assert (first.state, first.poor, first.result is not None) == ("done", True, True)
    assert first.waived_at is not None
    assert (wallet_of(stage.owner).available, wallet_of(stage.owner).held) == (before, 0)
    assert Job.objects.get(group=first.id).credits == 0

    # then the month's are used up
    second = stage.made()
    assert (second.poor, second.waived_at) == (True, None)
    assert wallet_of(stage.owner).available == before - 1


def test_the_same_key_makes_one(stage: Stage) -> None:
    asked = Asked("swap", stage.version.id, "cedar", "keep")
    now = timezone.now()
    first, new = swap_request(owner=stage.owner, asked=asked, key="once", now=now)
    again, newly = swap_request(owner=stage.owner, asked=asked, key="once", now=now)
    assert (first.id, new, newly) == (again.id, True, False)
    assert Job.objects.count() == 1
    other = Asked("swap", stage.version.id, "flint", "keep")
    with pytest.raises(KeyReused):
        swap_request(owner=stage.owner, asked=other, key="once", now=now)


def test_only_ones_own_songs_with_somebody_who_sings(stage: Stage) -> None:
    strange = stage.world.version(instrumental=False)
    silent = stage.world.version(owner=stage.owner)
    for version, why in ((strange, "no-such-version"), (silent, "no-vocals")):
        with pytest.raises(Unfit) as refused:
            stage.ask(version=version.id)
        assert refused.value.type == why
    track_trash(track=stage.version.track, now=timezone.now())
    with pytest.raises(Unfit) as refused:
        stage.ask()
    assert refused.value.type == "in-trash"
    assert not Job.objects.exists()


def test_an_operator_keeps_swaps_for_a_plan(stage: Stage) -> None:
    EngineLimit.objects.filter(engine="swap").update(plans=["pro"])
    with pytest.raises(NotAllowed, match="Pro"):
        stage.ask()
    # what has no such limit is open
    assert stage.ask("karaoke").state == "open"


def test_a_cancelled_swap_gives_its_credits_back(stage: Stage) -> None:
    before = wallet_of(stage.owner).available
    swap = stage.ask()
    job_cancel(job=Job.objects.get(group=swap.id), now=timezone.now())
    swap.refresh_from_db()
    assert (swap.state, wallet_of(stage.owner).available) == ("cancelled", before)


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
def test_a_performer_revoked_while_a_job_runs_sings_nothing(stage: Stage, when: str) -> None:
    # given somebody else's voice, and a job that wants it
    lender = make_user()
    performer = ready_voice(lender, visibility="public")
    before = wallet_of(stage.owner).available
    swap = stage.ask(performer=str(performer.id))
    job = stage.claim()

    def revoke() -> None:
        performer_revoke(performer=performer, now=timezone.now())

    def meanwhile(should_stop: Callable[[], bool]) -> None:
        assert not should_stop()
        revoke()

    # when its owner revokes it
    if when == "before":
        revoke()
    if when == "meanwhile":
        stage.pipeline.meanwhile = meanwhile
    if when == "after":
        # between the run and the transaction that stores its result
        outcome = handlers.get("swap").run(job, Control())
        revoke()
        with pytest.raises(Permanent) as refused:
            job_succeed(job=job, outcome=outcome)
        assert refused.value.kind == "performer-revoked"
        assert not Swap.objects.filter(state="done").exists()
        handlers.get("swap").discard(outcome)
    execute(job, Control())

    # then there is no version and no file, and it cost nothing
    swap.refresh_from_db()
    assert (swap.state, swap.result) == ("failed", None)
    assert Job.objects.get(group=swap.id).error_kind == "performer-revoked"
    assert Version.objects.count() == 1
    assert [folder.prefix for folder in storage().folders("versions")] == [prefix_of(stage.version.id)]
    assert wallet_of(stage.owner).available == before


def test_who_is_not_named_cannot_use_a_shared_voice(stage: Stage) -> None:
    lender = make_user()
    performer = ready_voice(lender)
    performer_share(performer=performer, visibility="shared", emails=["Nobody@Example.org"])
    with pytest.raises(Unfit) as refused:
        stage.ask(performer=str(performer.id))
    assert refused.value.type == "no-such-performer"

    performer_share(performer=performer, visibility="shared", emails=[stage.owner.email.upper()])
    swap = stage.made(performer=str(performer.id))
    assert swap.state == "done"
    assert swap.result is not None
    assert swap.result.parameters["consent"] == str(performer.id)
    assert stage.pipeline.asked[0].voice is not None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NoVocals(part=False), "no-vocals"),
        (OnlyVocals(), "only-vocals"),
        (Silent(part=True), "silent"),
        (TooShort(), "too-short"),
    ],
)
def test_a_song_that_cannot_be_sung_says_why_and_costs_nothing(stage: Stage, error: EngineError, kind: str) -> None:
    before = wallet_of(stage.owner).available
    stage.pipeline.error = error
    swap = stage.made()
    job = Job.objects.get(group=swap.id)
    assert (swap.state, job.status, job.error_kind, job.error) == ("failed", "failed", kind, str(error))
    assert wallet_of(stage.owner).available == before


def test_previews_of_a_voice_go_with_the_account_of_whose_it_is(stage: Stage) -> None:
    lender = make_user()
    performer = ready_voice(lender, visibility="public")
    swap = stage.made("preview", str(performer.id))
    assert storage().exists(swap.sound_name)

    account_erase(user=lender)

    assert not storage().exists(swap.sound_name)
    assert not storage().exists(performer.folder)
    swap.refresh_from_db()
    assert swap.expires_at is not None
    assert swap.expires_at <= timezone.now()


def test_a_preview_whose_performer_is_revoked_is_not_heard_any_more(stage: Stage) -> None:
    performer = ready_voice(stage.owner)
    swap = stage.made("preview", str(performer.id))
    assert storage().exists(swap.sound_name)
    performer_revoke(performer=performer, now=timezone.now())
    assert not storage().exists(swap.sound_name)
