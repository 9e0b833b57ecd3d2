"""What CloudFront is given to verify, as it verifies it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from pydantic import ValidationError
from pytest_django import Settings

from apps.library.edges.cloudfront import Signer, policy_of, signer
from apps.library.models import Track
from config.env import Environment
from tests.library.conftest import World, make_world, media, song_folder, world

__all__ = ["make_world", "media", "song_folder", "world"]

SITE = "https://music.example.org"
KEY_ID = "K2JCJMDEHXQW5F"
UNTIL = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def pem(key: rsa.RSAPrivateKey, tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


class StandIn:
    """Lets requests through by the rules of CloudFront's developer guide."""

    def __init__(self, public_key: rsa.RSAPublicKey) -> None:
        self._key = public_key

    def status(self, url: str, cookies: Mapping[str, str], now: datetime) -> int:
        """200 or 403."""
        try:
            policy, signature = (_read(cookies[f"CloudFront-{name}"]) for name in ("Policy", "Signature"))
            self._key.verify(signature, policy, PKCS1v15(), SHA1())
        except (KeyError, InvalidSignature):
            return 403
        (statement,) = json.loads(policy)["Statement"]
        allowed = ".*".join(re.escape(part) for part in statement["Resource"].split("*"))
        until = statement["Condition"]["DateLessThan"]["AWS:EpochTime"]
        known = cookies["CloudFront-Key-Pair-Id"] == KEY_ID
        return 200 if known and re.fullmatch(allowed, url) and now.timestamp() < until else 403


def _read(text: str) -> bytes:
    assert re.fullmatch(r"[A-Za-z0-9_~-]+", text)
    return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)


def test_policy_is_the_documented_one() -> None:
    assert policy_of("https://d111.cloudfront.net/video/*", UNTIL) == (
        '{"Statement":[{"Resource":"https://d111.cloudfront.net/video/*",'
        '"Condition":{"DateLessThan":{"AWS:EpochTime":1795262400}}}]}'
    )


def test_signature_is_that_of_amazons_own_library(key: rsa.RSAPrivateKey) -> None:
    """Given policies of many lengths, so that all substituted letters appear, then both sign alike."""
    theirs = CloudFrontSigner(KEY_ID, lambda message: key.sign(message, PKCS1v15(), SHA1()))
    seen = ""
    for length in range(24):
        resource = f"{SITE}/media/{'~?' * length}/*"
        mine = Signer(KEY_ID, key).allow(resource, UNTIL)
        url = theirs.generate_presigned_url(f"{SITE}/x", policy=theirs.build_policy(resource, UNTIL))
        expected = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert expected == {"Policy": mine.policy, "Signature": mine.signature, "Key-Pair-Id": KEY_ID}
        assert parse_qs(mine.query) == parse_qs(urlsplit(url).query)
        seen += mine.policy + mine.signature
    assert {"-", "_", "~"} <= set(seen)


def test_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.pem"
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="no RSA private key"):
        signer(KEY_ID, path)


@pytest.fixture
def cloudfront(settings: Settings, pem: Path, key: rsa.RSAPrivateKey) -> StandIn:
    """CloudFront in front of the site."""
    settings.CLOUDFRONT, settings.SITE_URL = (KEY_ID, pem), SITE
    return StandIn(key.public_key())


def _playback(client: Client, track: Track) -> tuple[str, dict[str, str], str]:
    """The playlist's address, the cookies of CloudFront, and the path they are for."""
    answer = client.get(f"/api/v1/versions/{track.current_version_id}/playback")
    cookies = {name: morsel for name, morsel in answer.cookies.items() if name.startswith("CloudFront-")}
    (path,) = {morsel["path"] for morsel in cookies.values()}
    assert all(morsel["httponly"] and morsel["samesite"] == "Lax" for morsel in cookies.values())
    return answer.json()["hls"], {name: morsel.value for name, morsel in cookies.items()}, path


def test_playback_answer_lets_its_listener_pass(world: World, cloudfront: StandIn) -> None:
    now = datetime.now(UTC)
    hls, cookies, path = _playback(Client(), world.track("public"))
    assert hls.startswith(f"{path}/")
    segment = SITE + hls.replace("index.m3u8", "000.m4s")
    assert cloudfront.status(SITE + hls, cookies, now) == 200
    assert cloudfront.status(segment, cookies, now) == 200
    assert cloudfront.status(segment, {}, now) == 403
    assert cloudfront.status(segment, cookies, now + timedelta(hours=1, seconds=1)) == 403
    assert cloudfront.status("https://elsewhere.example.org" + hls, cookies, now) == 403
    tampered = {**cookies, "CloudFront-Policy": Signer(KEY_ID, _stranger()).allow(f"{SITE}/*", UNTIL).policy}
    assert cloudfront.status(segment, tampered, now) == 403
    strangers = Signer(KEY_ID, _stranger()).allow(f"{SITE}/*", now + timedelta(hours=1))
    assert cloudfront.status(segment, strangers.cookies, now) == 403


def test_everybodys_pass_opens_nobodys_own(world: World, cloudfront: StandIn) -> None:
    now = datetime.now(UTC)
    owner = Client()
    owner.force_login(world.owner)
    own, own_cookies, _ = _playback(owner, world.track())
    _, everybodys, _ = _playback(Client(), world.track("public"))
    assert cloudfront.status(SITE + own, own_cookies, now) == 200
    assert cloudfront.status(SITE + own, everybodys, now) == 403
    assert cloudfront.status(SITE + own, own_cookies, now + timedelta(minutes=10, seconds=1)) == 403


def test_other_edges_set_no_such_cookies(world: World) -> None:
    answer = Client().get(f"/api/v1/versions/{world.track('public').current_version_id}/playback")
    assert not [name for name in answer.cookies if name.startswith("CloudFront-")]


def test_setting_names_an_edge(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for edge, expected in (("embedded", None), ("nginx", None), (f"cloudfront:{KEY_ID}:{pem}", (KEY_ID, pem))):
        monkeypatch.setenv("EDGE", edge)
        assert Environment().cloudfront == expected
    for wrong in ("ngnix", "cloudfront", f"cloudfront:{KEY_ID}", f"cloudfront::{pem}", f"cloudfront:{KEY_ID}:/nowhere"):
        monkeypatch.setenv("EDGE", wrong)
        with pytest.raises(ValidationError, match="EDGE"):
            Environment()


def _stranger() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)
