"""`manage.py media`: a byte that changed is found, and rubbish is told from what is still wanted."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from apps.library.models import Version
from apps.library.paths import denied_mark, prefix_of, withdrawn_mark
from apps.library.services.library_collect import ORPHANED, library_collect
from apps.library.services.track_take_down import track_put_back, track_take_down
from apps.library.storage import Storage, storage
from tests.library.conftest import World
from tests.swift import empty_bucket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["disk", "s3"])
def files(request: pytest.FixtureRequest, media: Path, settings: Settings) -> Storage:
    """An empty storage, of either kind."""
    if request.param == "s3":
        settings.STORAGE_URL = empty_bucket(request.getfixturevalue("swift"))
    return storage()


@pytest.fixture
def world(files: Storage, make_world: Callable[[], World]) -> World:
    return make_world()


def media_command(*words: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("media", *words, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def damage(files: Storage, version: Version, path: str, tmp_path: Path) -> None:
    """Change one byte of a stored file, as a bad disk does."""
    name = f"{prefix_of(version.id)}/{path}"
    with files.open(name) as file:
        content = bytearray(file.read())
    content[len(content) // 2] ^= 1
    where = files.local_path(name)
    if where is not None:
        where.write_bytes(content)
        return
    from apps.library.storage.s3 import S3Storage

    assert isinstance(files, S3Storage)
    about = files.bucket.head(name)["Metadata"]
    files.bucket.client.put_object(Bucket=files.bucket.name, Key=name, Body=bytes(content), Metadata=about)


def test_a_changed_byte_is_found(world: World, files: Storage, tmp_path: Path) -> None:
    good, bad = world.version(), world.version()
    assert media_command("verify")[0] == 0
    damage(files, bad, "track.mp3", tmp_path)
    assert media_command("verify")[0] == 0
    code, text = media_command("verify", "--all")
    assert (code, f"{bad.id}/track.mp3: another content" in text, str(good.id) in text) == (1, True, False)
    damage(files, bad, "master.flac", tmp_path)
    code, text = media_command("verify")
    assert (code, f"{bad.id}/master.flac: another content" in text) == (1, True)
    files.delete(f"{prefix_of(good.id)}/master.flac")
    code, text = media_command("verify")
    assert (code, f"{good.id}/master.flac: missing" in text) == (1, True)


def test_rubbish_goes_and_what_is_wanted_stays(world: World, files: Storage, tmp_path: Path) -> None:
    kept, left = world.track("public"), tmp_path / "left"
    version = kept.current_version_id
    assert version is not None
    track_take_down(track=kept, operator=world.operator, reason="asked to", now=timezone.now())
    left.mkdir()
    (left / "master.flac").write_bytes(b"left")
    orphan, gone = uuid4(), uuid4()
    files.put_folder(prefix_of(orphan), left)
    files.mark(denied_mark(gone))
    now = timezone.now()
    first = library_collect(now=now)
    assert (first.orphans, first.marks, files.exists(prefix_of(orphan))) == (0, 1, True)
    assert not files.exists(denied_mark(gone))
    later = library_collect(now=now + ORPHANED + timedelta(minutes=1))
    assert (later.orphans, later.marks, files.exists(prefix_of(orphan))) == (1, 0, False)
    assert files.exists(prefix_of(version))
    assert files.exists(denied_mark(version))


def test_a_mark_that_outlived_its_reason_goes(world: World, files: Storage) -> None:
    track = world.track("public")
    assert track.current_version_id is not None
    denied, withdrawn = denied_mark(track.current_version_id), withdrawn_mark(track.current_version_id)
    track_take_down(track=track, operator=world.operator, reason="asked to", now=timezone.now())
    track_put_back(track=track, operator=world.operator)
    # the storage was away when the marks were to go
    files.mark(denied)
    files.mark(withdrawn)
    assert media_command("gc")[0] == 0
    assert (files.exists(denied), files.exists(withdrawn)) == (False, False)


def test_usage_tells_kinds_people_and_what_is_stored(world: World, files: Storage) -> None:
    world.version()
    world.version(owner=world.other)
    code, text = media_command("usage")
    rows = {words[0]: words[1:] for line in text.splitlines() if len(words := line.split()) > 3}
    assert code == 0
    assert rows["master"][0] == "2"
    assert rows["ada@example.com"][0] == rows["bo@example.com"][0]
    stored = sum(1 for _ in files.walk("versions"))
    assert rows["versions"][0] == str(stored)


def test_setup_makes_a_bucket_that_can_be_used(swift: int, settings: Settings) -> None:
    settings.STORAGE_URL = f"s3://refrain%3Atester:secret@127.0.0.1:{swift}/setup-{uuid4().hex[:8]}?tls=0"
    assert "was made" in media_command("setup")[1]
    code, text = media_command("setup")
    assert (code, "is there" in text, "written and read" in text) == (0, True, True)


def test_a_storage_that_is_away_is_an_error_of_its_own(settings: Settings) -> None:
    settings.STORAGE_URL = "s3://K:S@127.0.0.1:1/refrain?tls=0"
    with pytest.raises(CommandError) as away:
        media_command("setup")
    assert away.value.returncode == 2
