"""Each edge gives exactly what a signed prefix allows."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from apps.library import paths
from apps.library.paths import MEDIA_TYPES, prefix_of, streamed
from apps.library.signing import Prefix, private_prefix, public_prefix
from apps.library.storage import storage
from tests.edge.conftest import FILES, TOKEN, Edge


def public(version: UUID) -> Prefix:
    return public_prefix(version, datetime.now(UTC))


def private(version: UUID, token: str = TOKEN) -> Prefix:
    return private_prefix(version, token, datetime.now(UTC))


STREAMED = [name for name in FILES if streamed(name)]
NAMES = [
    *(value for name, value in vars(paths).items() if name.isupper() and isinstance(value, str) and "." in value),
    *("hls/init.mp4", "hls/999.m4s", "hls/99999.m4s", "hls/99.m4s", "hls/999999.m4s", "hls/00a.m4s", "hls/index.mp4"),
    *("original.wav", "original.mp3", "stems/drums.flac", "track.mp3.bak", "xtrack.mp3", "hls/track.mp3", "cover.png"),
]


@pytest.mark.parametrize("path", STREAMED)
def test_everybody_gets_what_is_streamed(edge: Edge, version: UUID, path: str) -> None:
    answer = edge.get(public(version).of(path))
    assert (answer.status_code, answer.content) == (200, FILES[path])
    assert answer.headers["content-type"] == MEDIA_TYPES[Path(path).suffix]
    assert answer.headers["cache-control"].startswith("public, max-age=")
    assert answer.headers["accept-ranges"] == "bytes"
    for name, value in (("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin")):
        assert answer.headers.get_list(name) == [value]
    assert "access-control-allow-origin" not in answer.headers
    assert "content-encoding" not in edge.get(public(version).of(path), accept_encoding="gzip").headers


def test_only_the_names_of_streamed_files_are_looked_for(edge: Edge, version: UUID) -> None:
    for name in NAMES:
        looked_for = {200, 404} if streamed(name) else {403}
        assert edge.get(public(version).of(name)).status_code in looked_for, name
        assert edge.get(private(version).of(name), TOKEN).status_code in looked_for, name


def test_public_address_is_the_same_for_everybody_for_a_while(version: UUID) -> None:
    start = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert public_prefix(version, start) == public_prefix(version, start + timedelta(minutes=29, seconds=59))
    assert public_prefix(version, start).expires_at - start <= timedelta(hours=1)
    assert public_prefix(version, start) != public_prefix(version, start + timedelta(minutes=30))


@pytest.mark.parametrize("path", ["track.mp3", "hls/000.m4s"])
def test_private_address_works_with_its_cookie_alone(edge: Edge, version: UUID, path: str) -> None:
    address = private(version).of(path)
    for _ in range(2):
        answer = edge.get(address, TOKEN)
        assert (answer.status_code, answer.content) == (200, FILES[path])
        assert answer.headers["cache-control"].startswith("private")
        assert TOKEN not in address
        for other in ("u" * 32, "", "\x21", TOKEN + "t", TOKEN[:-1]):
            assert edge.get(address, other).status_code == 403


def test_what_one_listener_heard_is_not_given_to_another(edge: Edge, version: UUID) -> None:
    """Given a private file that the edge has kept, when others ask in whichever way, then they get nothing."""
    assert edge.get(private(version).of("hls/000.m4s"), TOKEN).status_code == 200
    other = "u" * 32
    pieces = private(version).of("hls/000.m4s").split("/")
    own = private(version, other).of("hls/000.m4s").split("/")
    for address in (
        "/".join([*pieces[:3], "-", *pieces[4:]]),
        "/".join([*pieces[:3], own[3], *pieces[4:]]),
        "/".join([*pieces[:4], own[4][:-1] + ("A" if own[4][-1] != "A" else "Q"), *pieces[5:]]),
        f"/media/{version}/hls/000.m4s",
        f"/media/listener/{version}/hls/000.m4s",
    ):
        assert edge.get(address, other).status_code == 403


def test_private_address_lives_ten_minutes_at_most(version: UUID) -> None:
    now = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert private_prefix(version, TOKEN, now).expires_at - now <= timedelta(minutes=10)


@pytest.mark.parametrize("path", ["track.mp3", "hls/000.m4s"])
def test_expired_address_is_refused_even_when_the_file_is_kept(edge: Edge, version: UUID, path: str) -> None:
    assert edge.get(private(version).of(path), TOKEN).status_code == 200
    assert edge.get(public(version).of(path)).status_code == 200
    past = datetime.now(UTC) - timedelta(hours=1, seconds=1)
    for prefix, token in ((private_prefix(version, TOKEN, past), TOKEN), (public_prefix(version, past), "")):
        answer = edge.get(prefix.of(path), token)
        assert (answer.status_code, "expired" in answer.text) == (403, True)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("part", [2, 3, 4, 5])
def test_tampering_with_any_part_is_refused(edge: Edge, version: UUID, part: int) -> None:
    for prefix, token in ((private(version), TOKEN), (public(version), "")):
        pieces = prefix.of("track.mp3").split("/")
        assert edge.get("/".join(pieces), token).status_code == 200
        for tampered in (
            pieces[part][:-2] + ("1" if pieces[part][-2:-1] != "1" else "2") + pieces[part][-1],
            pieces[part] + "0",
            pieces[part][:-1],
            pieces[part].upper() if part == 5 else pieces[part].swapcase() + "A",
        ):
            if tampered != pieces[part]:
                address = "/".join([*pieces[:part], tampered, *pieces[part + 1 :]])
                assert edge.get(address, token).status_code == 403, address


def test_signature_has_one_spelling(edge: Edge, version: UUID) -> None:
    """Its last letter carries two bits: the other sixty letters that decode alike are not ours."""
    pieces = public(version).of("hls/000.m4s").split("/")
    letter = pieces[4][-1]
    pieces[4] = pieces[4][:-1] + chr(ord(letter) + 1)
    assert edge.get("/".join(pieces)).status_code == 403


def test_unsigned_addresses_are_refused(edge: Edge, version: UUID) -> None:
    for address in (
        f"/media/{version}/track.mp3",
        f"/media/versions/{version}/track.mp3",
        f"/media///{version}/track.mp3",
        f"/media/9999999999/-//{version}/track.mp3",
        f"/media/9999999999/-/{'A' * 22}/{version}/track.mp3",
        f"/media/9999999999//{'A' * 22}/{version}/track.mp3",
        "/media/",
        "/media/x",
    ):
        answer = edge.get(address)
        assert (answer.status_code, answer.headers["cache-control"]) == (403, "no-store")


def test_private_signature_does_not_pass_as_everybodys(edge: Edge, version: UUID) -> None:
    pieces = private(version).of("track.mp3").split("/")
    pieces[3] = "-"
    assert edge.get("/".join(pieces)).status_code == 403
    assert edge.get("/".join(pieces), TOKEN).status_code == 403


def test_another_key_signs_nothing(edge: Edge, version: UUID, settings: Settings) -> None:
    ours = settings.EDGE_KEY
    settings.EDGE_KEY = "another"
    foreign = public(version).of("track.mp3")
    settings.EDGE_KEY = ours
    assert edge.get(foreign).status_code == 403
    assert edge.get(public(version).of("track.mp3")).status_code == 200
    assert edge.get(foreign).status_code == 403


def test_signature_is_the_documented_one(version: UUID, settings: Settings) -> None:
    settings.EDGE_KEY = "enigma"
    _, _, expiry, listener, signature, identity = private(version).url.split("/")
    digest = hashlib.md5(f"{expiry}/{listener}/{identity}/{TOKEN} enigma".encode()).digest()
    assert signature == base64.urlsafe_b64encode(digest).decode().rstrip("=")


ELSEWHERE = [
    "../../secret_key",
    "hls/../master.flac",
    "hls/../track.mp3",
    "hls/../../x/track.mp3",
    "%2e%2e/%2e%2e/secret_key",
    "hls/..%2f..%2fmaster.flac",
    "hls%2f000.m4s",
    "hls//000.m4s",
    "/track.mp3",
    "track.mp3/",
    "./track.mp3",
    "track%2emp3",
    "track.mp3%00.webp",
    "track.mp3%0d%0aX:%20y",
    "track.mp3;x=1",
    "TRACK.MP3",
    "hls/",
    "",
]


def test_no_path_leads_anywhere_else(edge: Edge, version: UUID) -> None:
    for path in ELSEWHERE:
        status, head = edge.raw(f"{public(version).url}/{path}")
        assert status in {400, 403}, path
        assert status == 400 or "cache-control: no-store" in head, path


def test_tricks_before_the_prefix_lead_nowhere_either(edge: Edge, version: UUID) -> None:
    exact = public(version).of("track.mp3")
    assert edge.raw(exact)[0] == 200
    for trick in (
        exact.replace("/media/", "/media//"),
        exact.replace("/media/", "/media/./"),
        exact.replace("/-/", "/%2d/"),
        exact.replace(str(version), str(version).replace("-", "%2d")),
    ):
        assert edge.raw(trick)[0] == 403, trick


def test_link_in_the_storage_is_not_followed(edge: Edge, version: UUID, media: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (media / prefix_of(version) / "cover.jpg").symlink_to(tmp_path / "secret")
    assert edge.get(public(version).of("cover.jpg")).status_code == 404


def test_version_without_that_file_and_version_that_is_gone(edge: Edge, version: UUID) -> None:
    missing = edge.get(public(version).of("hls/007.m4s"))
    assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-store")
    storage().delete_prefix(prefix_of(version))
    gone = edge.get(public(version).of("track.mp3"))
    assert (gone.status_code, gone.headers["cache-control"]) == (410, "no-store")
