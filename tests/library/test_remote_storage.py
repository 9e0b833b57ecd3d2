"""The library on a bucket: nothing of it lies on this machine, and nothing is missed."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.library.models import Rendition, Track
from apps.library.paths import denied_mark, prefix_of
from apps.library.services.library_collect import ORPHANED, library_collect
from apps.library.services.track_take_down import track_put_back, track_take_down
from apps.library.services.track_trash import track_purge, track_trash
from apps.library.storage import storage
from apps.library.version_folder import version_folder
from tests.library.conftest import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume"),
]


@pytest.fixture
def far_world(s3_url: str, make_world: Callable[[], World]) -> World:
    return make_world()


def download(world: World, track: Track, query: str) -> tuple[int, bytes]:
    client = Client()
    client.force_login(world.owner)
    answer = client.get(f"/api/v1/versions/{track.current_version_id}/download?{query}")
    return answer.status_code, b"".join(answer) if answer.streaming else answer.content


def test_everything_can_be_taken_away(far_world: World, media: Path) -> None:
    track = far_world.track()
    for query, start in (("format=flac", b"fLaC"), ("format=mp3", b"ID3"), ("format=stem&name=drums", b"fLaC")):
        status, content = download(far_world, track, query)
        assert (status, content[: len(start)]) == (200, start)
    status, packed = download(far_world, track, "format=stems")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2
    assert not media.exists()


def test_a_song_is_taken_down_put_back_and_purged(far_world: World) -> None:
    track = far_world.track("public")
    version = track.current_version_id
    assert version is not None
    track_take_down(track=track, operator=far_world.operator, reason="asked to", now=timezone.now())
    assert storage().exists(denied_mark(version))
    track_put_back(track=track, operator=far_world.operator)
    assert not storage().exists(denied_mark(version))
    track_purge(track=track_trash(track=track, now=timezone.now()), now=timezone.now())
    assert not storage().exists(prefix_of(version))


def test_files_without_a_version_are_collected(far_world: World, tmp_path: Path) -> None:
    kept = far_world.version()
    folder = tmp_path / "left"
    folder.mkdir()
    (folder / "master.flac").write_bytes(b"left")
    storage().put_folder("versions/left", folder)
    later = timezone.now() + ORPHANED + timedelta(minutes=1)
    assert library_collect(now=later).orphans == 1
    assert [folder.prefix for folder in storage().folders("versions")] == [prefix_of(kept.id)]


def test_what_a_program_reads_is_copied_here_as_it_was_stored(far_world: World, tmp_path: Path) -> None:
    version = far_world.version()
    roles = (Rendition.Role.MASTER, Rendition.Role.STEM)
    folder = version_folder(version, roles, tmp_path / "parent")
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == dict(version.renditions.filter(role__in=roles).values_list("path", "sha256"))
    assert len(found) == 3


def test_a_storage_that_is_away_is_said_to_whoever_waits(far_world: World, settings: Settings) -> None:
    track = far_world.track("public")
    settings.STORAGE_URL = "s3://K:S@127.0.0.1:1/refrain?tls=0"
    assert download(far_world, track, "format=mp3")[0] == 503
    # what must reach the edge later is no error for the person now
    assert track_trash(track=track, now=timezone.now()).trashed_at is not None
