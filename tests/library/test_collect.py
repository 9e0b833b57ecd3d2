"""The trash keeps for 30 days; then, and only then, tracks and files go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from apps.accounts.models import User
from apps.accounts.services.account_erase import account_erase
from apps.common.ids import new_id
from apps.jobs.handlers import ClaimedJob, Failure
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_finish import job_fail
from apps.jobs.services.job_submit import job_submit
from apps.library.models import Rendition, Track, Version
from apps.library.paths import prefix_of
from apps.library.selectors import Filters, track_for, tracks_of
from apps.library.services.library_collect import library_collect
from apps.library.services.track_trash import track_purge, track_restore, track_trash
from apps.library.services.version_create import version_files_store
from apps.library.storage import storage
from tests.library.conftest import FACTS, NOW, World

LATER = NOW + timedelta(days=30)


def test_trash_hides_and_restore_brings_back_as_it_was(world: World) -> None:
    track = world.track("public")
    track_trash(track=track, now=NOW)
    track_trash(track=track, now=LATER)
    assert Track.objects.get().trashed_at == NOW
    assert track_for(world.other, track.id) is None
    assert not tracks_of(world.owner, Filters()).rows
    assert len(tracks_of(world.owner, Filters(trashed=True)).rows) == 1
    restored = track_restore(track=track)
    assert restored.visibility == "public"
    assert track_for(world.other, track.id) is not None


def test_thirty_days_later_track_versions_and_files_are_gone(lasting_world: World) -> None:
    world = lasting_world
    first = world.version()
    second = world.version(track=first.track, parent=first)
    kept = world.version()
    track_trash(track=first.track, now=NOW)
    library_collect(now=LATER - timedelta(seconds=1))
    assert Version.objects.count() == 3
    collected = library_collect(now=LATER)
    assert collected.tracks == 1
    assert list(Version.objects.all()) == [kept]
    assert not Rendition.objects.exclude(version=kept).exists()
    assert not storage().exists(prefix_of(first.id))
    assert not storage().exists(prefix_of(second.id))
    assert storage().exists(prefix_of(kept.id))


def test_restored_in_time_is_not_purged(lasting_world: World) -> None:
    track = lasting_world.track()
    track_trash(track=track, now=NOW)
    stale = Track.objects.get()
    track_restore(track=track)
    with pytest.raises(Track.DoesNotExist):
        track_purge(track=stale, now=LATER, trashed_before=NOW)
    assert Version.objects.count() == 1


def test_purge_that_fails_keeps_rows_and_files(lasting_world: World) -> None:
    track = lasting_world.track()
    version = track.current_version_id
    assert version is not None
    with transaction.atomic():
        track_purge(track=track, now=NOW)
        assert not Version.objects.exists()
        transaction.set_rollback(True)
    assert Version.objects.count() == 1
    assert storage().exists(prefix_of(version))


def orphan(world: World) -> UUID:
    """Files that a worker stored before it died."""
    identity = new_id()
    version_files_store(version_id=identity, folder=world.folder(), new=FACTS)
    return identity


def test_orphans_go_after_a_day_and_versions_never(lasting_world: World) -> None:
    world = lasting_world
    left, kept = orphan(world), world.version()
    now = datetime.now(UTC)
    assert library_collect(now=now + timedelta(hours=23)).orphans == 0
    assert storage().exists(prefix_of(left))
    assert library_collect(now=now + timedelta(hours=25)).orphans == 1
    assert not storage().exists(prefix_of(left))
    assert storage().exists(prefix_of(kept.id))


def test_files_that_a_running_job_may_still_claim_are_kept(lasting_world: World) -> None:
    world = lasting_world
    job = running_job(world.owner, started=datetime.now(UTC) - timedelta(minutes=1))
    left = orphan(world)
    later = datetime.now(UTC) + timedelta(hours=25)
    assert library_collect(now=later).orphans == 0
    job_fail(job=job, failure=Failure("broken", "It broke."), permanent=True, now=later)
    assert library_collect(now=later).orphans == 1
    assert not storage().exists(prefix_of(left))


def running_job(owner: User, started: datetime) -> ClaimedJob:
    job_submit(
        owner=owner,
        kind="generate",
        capability="cpu",
        engine="composer",
        payload={},
        group=new_id(),
        parallel=1,
        paid=False,
        expected_seconds=60,
        now=started,
    )
    return job_claim(capability="cpu", worker="one", now=started)[0]


def test_erased_account_leaves_no_track_and_no_file(lasting_world: World) -> None:
    world = lasting_world
    mine, theirs = world.version(), world.version(owner=world.other)
    account_erase(user=world.owner)
    assert list(Version.objects.all()) == [theirs]
    assert not User.objects.filter(id=world.owner.id).exists()
    assert not storage().exists(prefix_of(mine.id))
    assert storage().exists(prefix_of(theirs.id))
