"""The demo songs: asked for once, published once, never brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.models import Job
from apps.jobs.services.job_claim import job_claim
from apps.library.models import Track
from apps.library.services.track_publish import track_publish
from apps.studio.models import Engine, GenerationRequest
from apps.studio.seeds import SEEDS
from tests.world import restore_plans

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> None:
    settings.SCRATCH = tmp_path / "scratch"
    settings.MEDIA_ROOT = tmp_path / "media"
    restore_plans()


def make_one() -> Track:
    (job,) = job_claim(capability="cpu", worker="test")
    execute(job, Control())
    return Track.objects.get(requests=job.group)


def test_each_demo_song_is_asked_for_once(composer: Engine) -> None:
    for _ in range(2):
        call_command("seed", wait=0)
    assert GenerationRequest.objects.count() == len(SEEDS) == 12
    assert Job.objects.count() == len(SEEDS)


def test_without_an_engine_nothing_is_asked_for_yet() -> None:
    call_command("seed", wait=0)
    assert not GenerationRequest.objects.exists()


def test_every_genre_and_mood_of_the_demo_songs_is_one_the_composer_knows(composer: Engine) -> None:
    assert {seed.genre for seed in SEEDS} <= set(composer.genres)
    assert {seed.mood for seed in SEEDS} <= set(composer.moods)


def test_songs_are_sung_in_every_voice_of_the_composer(composer: Engine) -> None:
    call_command("seed", wait=0)
    sung = GenerationRequest.objects.filter(instrumental=False)
    assert {each.voice for each in sung} == {voice["name"] for voice in composer.voices}
    assert len({each.genre for each in sung}) == sung.count() >= 4
    assert {each.language for each in sung} <= set(composer.languages)


def test_an_engine_that_does_not_sing_plays_them_all(composer: Engine) -> None:
    Engine.objects.update(sung=False)
    call_command("seed", wait=0)
    assert GenerationRequest.objects.filter(instrumental=True).count() == len(SEEDS)


def test_a_finished_demo_song_is_named_and_published(composer: Engine) -> None:
    call_command("seed", wait=0)
    track = make_one()
    call_command("seed", wait=0)
    track.refresh_from_db()
    assert track.visibility == Track.Visibility.PUBLIC
    assert track.title in {seed.title for seed in SEEDS}


def test_a_demo_song_that_somebody_hid_or_threw_away_stays_so(composer: Engine) -> None:
    call_command("seed", wait=0)
    hidden, trashed = make_one(), make_one()
    call_command("seed", wait=0)
    hidden.refresh_from_db()
    track_publish(track=hidden, visibility="private", now=timezone.now())
    Track.objects.filter(id=trashed.id).update(trashed_at=timezone.now(), published_at=None, visibility="private")
    call_command("seed", wait=0)
    hidden.refresh_from_db()
    trashed.refresh_from_db()
    assert hidden.visibility == trashed.visibility == Track.Visibility.PRIVATE
    assert GenerationRequest.objects.count() == len(SEEDS)
