"""A version appears whole, once, and never changes."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction

from apps.common.ids import new_id
from apps.library.models import Rendition, Track, Version
from apps.library.paths import prefix_of
from apps.library.services.version_create import version_create, version_files_discard, version_files_store
from apps.library.storage import storage
from tests.library.conftest import FACTS, NOW, World


def test_first_version_makes_the_track_with_what_it_heard(world: World) -> None:
    version = world.version(title="  Snow \n falls ")
    track = Track.objects.get()
    assert (track.title, track.genre, track.mood, track.visibility) == ("Snow falls", "waltz", "calm", "private")
    assert track.current_version == version
    assert (version.number, version.seed, version.key) == (1, 7, "E minor")
    assert version.sections == [
        {"name": "verse", "start": 0.0, "end": 1.5},
        {"name": "chorus", "start": 1.5, "end": 3.0},
    ]


def test_every_file_is_stored_as_its_row_says(world: World) -> None:
    version = world.version()
    rows = {row.path: row for row in version.renditions.all()}
    assert {"master.flac", "track.mp3", "peaks.json", "score.json", "hls/index.m3u8", "hls/init.mp4"} <= set(rows)
    assert {"cover.webp", "cover-small.webp", "cover.jpg", "stems/drums.flac"} <= set(rows)
    for path, row in rows.items():
        with storage().open(f"{prefix_of(version.id)}/{path}") as file:
            content = file.read()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (row.bytes, row.sha256)
    assert version.master_sha256 == rows["master.flac"].sha256


def test_variations_make_a_tree_and_the_newest_sounds(world: World) -> None:
    first = world.version()
    second = world.version(track=first.track, parent=first, operation="variation")
    track = Track.objects.get()
    assert (second.number, second.parent_id, track.current_version_id) == (2, first.id, second.id)


def test_shared_track_sounds_as_it_did_until_its_owner_chooses(world: World) -> None:
    track = world.track("public")
    heard = track.current_version_id
    world.version(track=track)
    track.refresh_from_db()
    assert track.current_version_id == heard


def test_parent_of_another_track_is_refused_by_code_and_database(world: World) -> None:
    one, two = world.version(), world.version()
    with pytest.raises(ValueError, match="not of track"):
        world.version(track=two.track, parent=one)
    assert Version.objects.count() == 2
    row = Version.objects.values().get(id=two.id)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="parent_in_track"), transaction.atomic():
        Version.objects.create(**{**row, "id": new_id(), "number": 9, "job": None, "parent_id": one.id})


def test_track_of_somebody_else_is_refused(world: World) -> None:
    track = world.track()
    with pytest.raises(ValueError, match="is not"):
        world.version(track=track, owner=world.other)
    assert track.versions.count() == 1


def test_one_job_makes_one_version(world: World) -> None:
    job = new_id()
    world.version(job=job)
    with pytest.raises(IntegrityError), transaction.atomic():
        world.version(job=job)
    assert Version.objects.count() == 1


@pytest.mark.parametrize("change", ["seed = 8", "track_id = track_id", "prompt = ''"])
def test_versions_never_change(world: World, change: str) -> None:
    world.version()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE library_version SET {change}")
    assert Version.objects.get().seed == 7


@pytest.mark.parametrize("table", ["library_version", "library_rendition"])
def test_versions_and_files_go_only_when_their_track_is_purged(world: World, table: str) -> None:
    world.version()
    Track.objects.update(current_version=None)
    with pytest.raises(IntegrityError, match="purged"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
    assert Version.objects.exists()
    assert Rendition.objects.exists()


def test_renditions_never_change(world: World) -> None:
    world.version()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Rendition.objects.update(bytes=1)


def test_folder_with_a_stranger_is_refused_and_nothing_is_stored(world: World) -> None:
    folder, identity = world.folder(), new_id()
    (folder / "notes.txt").write_text("hello")
    with pytest.raises(ValueError, match="no file of a version"):
        version_files_store(version_id=identity, folder=folder, new=FACTS)
    assert not storage().exists(prefix_of(identity))


def test_folder_without_a_master_is_refused(world: World) -> None:
    folder, identity = world.folder(), new_id()
    (folder / "master.flac").unlink()
    with pytest.raises(ValueError, match=r"no master\.flac"):
        version_files_store(version_id=identity, folder=folder, new=FACTS)
    assert not storage().exists(prefix_of(identity))


def test_link_in_the_folder_is_refused(world: World) -> None:
    folder = world.folder()
    (folder / "peaks.json").unlink()
    (folder / "peaks.json").symlink_to("/etc/hostname")
    with pytest.raises(ValueError, match="neither a file nor a folder"):
        version_files_store(version_id=new_id(), folder=folder, new=FACTS)


def test_discarding_removes_files_of_a_version_that_was_not_created(world: World) -> None:
    identity = new_id()
    version_files_store(version_id=identity, folder=world.folder(), new=FACTS)
    version_files_discard(identity)
    assert not storage().exists(prefix_of(identity))
    version_files_discard(identity)


def test_discarding_spares_a_version_that_exists(world: World) -> None:
    version = world.version()
    with pytest.raises(ValueError, match="exists"):
        version_files_discard(version.id)
    assert storage().exists(prefix_of(version.id))


def test_failed_creation_leaves_no_track(world: World) -> None:
    new = replace(FACTS, energy=float("nan"))
    files = version_files_store(version_id=(identity := new_id()), folder=world.folder(), new=FACTS)
    with pytest.raises(Exception, match="not a number"), transaction.atomic():
        version_create(
            version_id=identity, owner=world.owner, track=None, parent=None, new=new, files=files, title="", now=NOW
        )
    assert not Track.objects.exists()
