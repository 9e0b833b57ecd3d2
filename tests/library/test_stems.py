"""Stems for karaoke: whose they are, and that any stretch of one can be asked for."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.library.models import Track, Version
from apps.library.paths import prefix_of
from apps.library.services.track_take_down import track_take_down
from apps.library.stems import Stem, stage_for
from apps.library.storage import storage
from tests.library.conftest import NOW, World


def version_of(track: Track) -> Version:
    assert track.current_version is not None
    return track.current_version


def ask(track: Track, user: User | None, span: str = "", name: str = "vocals") -> tuple[int, bytes, dict[str, str]]:
    client = Client()
    if user is not None:
        client.force_login(user)
    address = reverse("api-version-stem", args=[track.current_version_id, name])
    answer = client.get(address, headers={"Range": span} if span else {})
    content = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, content, dict(answer.headers)


@pytest.mark.parametrize(
    ("name", "sung"),
    [("vocals", True), ("lead_vocals", True), ("backing-voice", True), ("instrumental", False), ("lead", False)],
)
def test_the_name_of_a_stem_says_whether_somebody_sings_in_it(name: str, *, sung: bool) -> None:
    assert Stem(name, f"stems/{name}.flac", 1, "audio/flac").vocals is sung


def test_the_stage_has_the_vocals_and_all_others(world: World) -> None:
    stage = stage_for(world.owner, version_of(world.track()))
    assert stage is not None
    assert [stem.name for stem in stage.vocals] == ["vocals"]
    assert [stem.name for stem in stage.instrumental] == ["drums"]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_any_stretch_of_a_stem_can_be_asked_for(world: World) -> None:
    track = world.track()
    with storage().open(f"{prefix_of(version_of(track).id)}/stems/vocals.flac") as file:
        whole = file.read()
    for span, expected in (("bytes=0-99", whole[:100]), ("bytes=50-", whole[50:]), ("bytes=9-99999999", whole[9:])):
        status, content, headers = ask(track, world.owner, span)
        assert (status, content) == (206, expected)
        assert headers["Content-Length"] == str(len(expected))
        first = span.removeprefix("bytes=").split("-")[0]
        assert headers["Content-Range"] == f"bytes {first}-{int(first) + len(expected) - 1}/{len(whole)}"
    # what is no single range is the whole, as RFC 9110 has it
    for span in ("", "bytes=5-2", "bytes=-5", "lines=1-2", "bytes=0-1,4-5"):
        assert ask(track, world.owner, span)[:2] == (200, whole)
    status, _, headers = ask(track, world.owner, f"bytes={len(whole)}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{len(whole)}")


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_stems_are_their_owners_unless_the_version_is_made_for_karaoke(world: World) -> None:
    song, karaoke = world.track("public"), world.track("public", operation="karaoke")
    hidden = world.track(operation="karaoke")
    for listener in (world.other, None):
        assert ask(song, listener)[0] == 404
        assert ask(karaoke, listener)[0] == 200
        assert ask(hidden, listener)[0] == 404
        assert stage_for(listener or AnonymousUser(), version_of(song)) is None
    assert ask(hidden, world.owner)[0] == 200
    assert ask(song, world.owner, name="master")[0] == 404
    # and what is taken down plays for nobody
    track_take_down(track=karaoke, operator=world.operator, reason="A complaint.", now=NOW)
    assert ask(karaoke, world.owner)[0] == 404


def test_the_page_offers_karaoke_to_whoever_may_sing(world: World) -> None:
    song, karaoke = world.track("public"), world.track("public", operation="karaoke")
    for track, user, offered in ((song, world.owner, True), (song, world.other, False), (karaoke, world.other, True)):
        client = Client()
        client.force_login(user)
        page = client.get(f"/tracks/{track.id}/").content.decode()
        assert ("data-open-karaoke" in page) is offered
        assert (f"/api/v1/versions/{track.current_version_id}/stems/drums" in page) is offered
