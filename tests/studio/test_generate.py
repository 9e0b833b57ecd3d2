"""A "generate" job run for real: an engine process, files in the storage, a version in the library."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.control import Control, StopReason
from apps.jobs.execution import execute
from apps.jobs.handlers import ClaimedJob
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_clear, scratch_folder
from apps.jobs.services.job_claim import job_claim
from apps.library.models import Rendition, Track, Version
from apps.library.paths import prefix_of
from apps.library.services.track_trash import track_trash
from apps.library.storage import storage
from apps.studio.draft import Draft
from apps.studio.models import Engine
from apps.studio.services.generation_request import generation_request
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)

DRAFT = Draft(engine="composer", seconds=10, prompt="a slow waltz", seed=5)


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> Path:
    """Scratch and media of the test's own."""
    settings.SCRATCH = tmp_path / "scratch"
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path


def ask(owner: User, draft: Draft = DRAFT) -> ClaimedJob:
    generation_request(owner=owner, draft=draft, key=str(uuid4()), now=timezone.now())
    (job,) = job_claim(capability="cpu", worker="test")
    return job


def test_a_job_becomes_a_version_with_everything_it_records(composer: Engine, creator: User, folders: Path) -> None:
    # when
    job = ask(creator, replace(DRAFT, tempo=92.0, key="E minor"))
    execute(job, Control())

    # then
    version = Version.objects.select_related("track").get(job=job.id)
    assert Job.objects.get(id=job.id).result == {"version": str(version.id), "track": str(version.track_id)}
    assert (version.operation, version.engine, version.seed, version.prompt) == (
        "generate",
        "composer",
        5,
        "a slow waltz",
    )
    assert (version.tempo, version.key) == (92.0, "E minor")
    assert version.loudness_lufs == pytest.approx(-14, abs=0.5)
    assert version.track.owner == creator
    assert version.track.visibility == Track.Visibility.PRIVATE
    roles = set(Rendition.objects.filter(version=version).values_list("role", flat=True))
    assert roles >= {"master", "mp3", "hls", "peaks", "stem", "score", "cover"}

    # and the master in the storage is the one that was recorded; nothing is left in the scratch folder
    with storage().open(f"{prefix_of(version.id)}/master.flac") as master:
        assert hashlib.sha256(master.read()).hexdigest() == version.master_sha256
    assert list((folders / "scratch").iterdir()) == []


def test_takes_are_versions_of_one_track(composer: Engine, creator: User) -> None:
    first = ask(creator, replace(DRAFT, takes=2))
    execute(first, Control())
    (second,) = job_claim(capability="cpu", worker="test")
    execute(second, Control())
    assert Track.objects.get().versions.count() == 2


def test_nothing_is_made_of_a_song_in_the_trash(composer: Engine, creator: User) -> None:
    execute(ask(creator), Control())
    parent = Version.objects.select_related("track").get()
    track_trash(track=parent.track, now=timezone.now())
    with pytest.raises(ValidationError, match="in the trash"):
        ask(creator, replace(DRAFT, operation="variation", parent=parent.id))
    assert Job.objects.count() == 1


def test_a_variation_is_a_child_of_its_parent(composer: Engine, creator: User) -> None:
    execute(ask(creator), Control())
    parent = Version.objects.get()
    execute(ask(creator, replace(DRAFT, operation="variation", parent=parent.id, seed=6)), Control())
    child = Version.objects.get(parent=parent)
    assert (child.track, child.number, child.operation) == (parent.track, 2, "variation")
    assert child.master_sha256 != parent.master_sha256


def test_a_cover_keeps_key_and_tempo_in_another_genre(composer: Engine, creator: User) -> None:
    execute(ask(creator, replace(DRAFT, genre="waltz")), Control())
    parent = Version.objects.get()
    execute(ask(creator, replace(DRAFT, prompt="", operation="cover", parent=parent.id, genre="rock")), Control())
    child = Version.objects.get(parent=parent)
    assert (child.operation, child.tempo, child.key) == ("cover", parent.tempo, parent.key)
    assert child.master_sha256 != parent.master_sha256


def test_the_same_request_and_seed_give_the_same_master(composer: Engine, creator: User) -> None:
    for _ in range(2):
        execute(ask(creator), Control())
    first, second = Version.objects.all()
    assert first.master_sha256 == second.master_sha256


def test_a_cancelled_job_leaves_nothing(composer: Engine, creator: User, folders: Path) -> None:
    # given a job that is asked to stop once it plays
    class Impatient(Control):
        def progress(self, stage: str, fraction: float, deadline_seconds: float = 60.0) -> None:
            super().progress(stage, fraction, deadline_seconds)
            if fraction > 0:
                Job.objects.filter(id=job.id).update(cancel_requested_at=timezone.now())
                self.stop(StopReason.CANCELLED)

    job = ask(creator, replace(DRAFT, seconds=60))
    execute(job, Impatient())
    assert Job.objects.get(id=job.id).status == Job.Status.CANCELLED
    assert not Version.objects.exists()
    assert list((folders / "scratch").iterdir()) == []
    assert not storage().exists("versions") or list(storage().folders("versions")) == []


def test_what_a_killed_worker_left_goes_and_what_runs_stays(composer: Engine, creator: User, folders: Path) -> None:
    running = ask(creator)
    left = folders / "scratch" / f"{uuid4()}-1-abc"
    with scratch_folder(running) as mine:
        left.mkdir()
        assert scratch_clear() == 1
        assert mine.exists()
        assert not left.exists()


def test_two_jobs_at_once_have_engine_processes_of_their_own(composer: Engine, settings: Settings) -> None:
    jobs = [ask(make_user(), replace(DRAFT, seed=seed)) for seed in (1, 2)]

    def work(job: ClaimedJob) -> None:
        execute(job, Control())
        connections.close_all()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {job.status for job in Job.objects.all()} == {Job.Status.SUCCEEDED}
    assert Version.objects.count() == 2
