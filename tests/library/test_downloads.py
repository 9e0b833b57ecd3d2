"""What people take away carries title and cover; what is stored stays as its hash says."""

from __future__ import annotations

import hashlib
import io
import math
import zipfile
from pathlib import Path

import av
import pytest
import soundfile
from django.test import Client
from mutagen.flac import FLAC
from mutagen.mp3 import MP3

from apps.accounts.models import User
from apps.library.archives import Archive, Member
from apps.library.downloads import Download
from apps.library.models import Track
from apps.library.paths import prefix_of
from apps.library.services.track_change import track_rename
from apps.library.services.track_take_down import track_take_down
from apps.library.storage import storage
from tests.library.conftest import NOW, SECONDS, World


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def download(client: Client, track: Track, query: str) -> tuple[int, bytes, dict[str, str]]:
    answer = client.get(f"/api/v1/versions/{track.current_version_id}/download?{query}")
    content = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, content, dict(answer.headers)


def seconds_of(content: bytes) -> float:
    with av.open(io.BytesIO(content), "r") as file:
        return math.fsum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))


def samples_md5(content: bytes) -> str:
    return format(FLAC(io.BytesIO(content)).info.md5_signature, "032x")


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
@pytest.mark.parametrize("suffix", ["flac", "mp3"])
def test_own_track_with_title_creator_and_cover(world: World, suffix: str) -> None:
    track = world.track(title="Schnee & Ruß ☃")
    status, content, headers = download(client_of(world.owner), track, f"format={suffix}")
    assert (status, len(content)) == (200, int(headers["Content-Length"]))
    assert "filename*=utf-8''Schnee%20%26%20Ru%C3%9F%20%E2%98%83." + suffix in headers["Content-Disposition"]
    if suffix == "flac":
        file = FLAC(io.BytesIO(content))
        assert (file["title"], file["artist"], file["genre"]) == (["Schnee & Ruß ☃"], ["Ada Winter"], ["waltz"])
        assert file.pictures[0].mime == "image/jpeg"
    else:
        tags = MP3(io.BytesIO(content)).tags
        assert tags is not None
        assert (str(tags["TIT2"]), str(tags["TPE1"])) == ("Schnee & Ruß ☃", "Ada Winter")
        assert tags["APIC:"].data.startswith(b"\xff\xd8")
    assert seconds_of(content) == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_download_has_todays_title_and_the_master_is_untouched(world: World) -> None:
    track = world.track(title="Before")
    version = track.current_version
    assert version is not None
    track_rename(track=track, title="After")
    _, content, _ = download(client_of(world.owner), track, "format=flac")
    assert FLAC(io.BytesIO(content))["title"] == ["After"]
    with storage().open(f"{prefix_of(version.id)}/master.flac") as file:
        master = file.read()
    assert hashlib.sha256(master).hexdigest() == version.master_sha256
    assert samples_md5(content) == samples_md5(master)


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_stems_and_score_are_the_owners(world: World) -> None:
    track = world.track("public")
    for query in ("format=stem&name=drums", "format=stems", "format=score", "format=lrc"):
        assert download(client_of(world.owner), track, query)[0] == 200
        assert download(client_of(world.other), track, query)[0] == 404


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_lossless_of_others_needs_the_plan(world: World) -> None:
    track = world.track("public")
    assert download(client_of(world.other), track, "format=mp3")[0] == 200
    status, content, _ = download(client_of(world.other), track, "format=flac")
    assert (status, b"lossless" in content) == (403, True)
    User.objects.filter(id=world.other.id).update(plan="pro")
    assert download(client_of(world.other), track, "format=flac")[0] == 200


@pytest.mark.parametrize("query", ["format=exe", "format=stem", "format=stem&name=../master", "format=flac&name=x"])
def test_what_is_not_offered_is_not_found(world: World, query: str) -> None:
    assert download(client_of(world.owner), world.track(), query)[0] == 404


def test_private_and_taken_down_and_anonymous(world: World) -> None:
    private, public = world.track(), world.track("public")
    assert download(client_of(world.other), private, "format=mp3")[0] == 404
    assert download(Client(), public, "format=mp3")[0] == 401
    track_take_down(track=public, operator=world.operator, reason="Not theirs.", now=NOW)
    assert download(client_of(world.owner), public, "format=mp3")[0] == 410


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_hostile_title_stays_a_plain_name(world: World) -> None:
    track = world.track(title='..\\/"evil".exe\r\nX: y')
    status, _, headers = download(client_of(world.owner), track, "format=mp3")
    assert status == 200
    assert "\n" not in headers["Content-Disposition"]
    assert "/" not in headers["Content-Disposition"]
    assert headers["Content-Disposition"].endswith('.mp3"')


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_all_stems_are_one_zip_of_the_stored_files(world: World) -> None:
    track = world.track(title="Snow / Ice")
    status, content, headers = download(client_of(world.owner), track, "format=stems")
    assert (status, headers["Content-Type"]) == (200, "application/zip")
    assert "Snow Ice - stems.zip" in headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Snow Ice/drums.flac", "Snow Ice/vocals.flac"]
        assert {each.compress_type for each in archive.infolist()} == {zipfile.ZIP_STORED}
        with storage().open(f"{prefix_of(track.current_version_id or world.owner.id)}/stems/drums.flac") as stored:
            assert samples_md5(archive.read("Snow Ice/drums.flac")) == samples_md5(stored.read())
        samples, rate = soundfile.read(io.BytesIO(archive.read("Snow Ice/vocals.flac")))
        assert len(samples) / rate == pytest.approx(SECONDS, abs=0.01)


def test_a_zip_is_made_while_it_is_sent(media: Path) -> None:
    # given files far larger than what may be in memory at once
    size = 8 * 1024 * 1024
    (media / "big").mkdir(parents=True)
    for name in ("a", "b", "c"):
        with (media / "big" / name).open("wb") as file:
            file.truncate(size)
    files = [Download(name, "audio/flac", b"head", f"big/{name}", 0, size + 4) for name in ("a", "b", "c")]
    archive = Archive("big.zip", [Member(file.filename, file.size, file.blocks) for file in files], NOW)
    # when it is sent, then no block holds more than a little
    blocks = [len(block) for block in archive.blocks()]
    assert sum(blocks) > 3 * size
    assert max(blocks) < 1024 * 1024


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_words_in_time_are_named_after_the_song(world: World) -> None:
    status, content, headers = download(client_of(world.owner), world.track(title="Snow"), "format=lrc")
    assert (status, content[:10]) == (200, b"[00:00.50]")
    assert 'filename="Snow.lrc"' in headers["Content-Disposition"]


@pytest.mark.parametrize("kind", ["midi", "musicxml", "chordpro", "vtt"])
def test_what_a_song_has_not_is_not_found(world: World, kind: str) -> None:
    assert download(client_of(world.owner), world.track(), f"format={kind}")[0] == 404
