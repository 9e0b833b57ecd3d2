"""What is taken away says how it came to be, in its tags and in a manifest that others can check."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import c2pa
import pytest
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from pytest_django import Settings

from apps.common.ids import new_id
from apps.library.models import Track, Version
from apps.library.provenance import source_type_changed, source_type_made, statement_of
from apps.library.services.track_change import track_rename
from apps.library.services.track_trash import track_purge
from apps.library.services.version_create import version_draft, version_files_store
from apps.library.signed_heads import signed_folder
from apps.library.storage import storage
from apps.library.tasks.signing import folder_sign, preview_sign, sign
from inference.provenance.statement import SourceType
from tests.library.conftest import FACTS, NOW, World
from tests.library.test_downloads import client_of, download, samples_md5

MEDIA_TYPES = {"mp3": "audio/mpeg", "flac": "audio/flac"}
COMPOSED = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"

pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")


@pytest.fixture(autouse=True)
def signer(settings: Settings, tmp_path: Path) -> Path:
    """An installation with nothing but its data folder."""
    settings.SCRATCH, settings.PROVENANCE_FOLDER = tmp_path / "signing", tmp_path / "provenance"
    return tmp_path / "provenance"


def manifest_of(content: bytes, suffix: str) -> dict[str, Any] | None:
    """What a reader that is not ours finds; None without a manifest."""
    try:
        with c2pa.Reader(MEDIA_TYPES[suffix], io.BytesIO(content)) as reader:
            assert reader.get_validation_state() == "Valid"
            store: dict[str, Any] = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return None
    found: dict[str, Any] = store["manifests"][store["active_manifest"]]
    return found


def source_type_in(manifest: dict[str, Any] | None) -> str:
    assert manifest is not None
    data = {each["label"]: each["data"] for each in manifest["assertions"]}
    return str(data["c2pa.actions.v2"]["actions"][0]["digitalSourceType"])


def test_every_download_of_a_generated_song_is_tagged_and_signed(world: World) -> None:
    # given a song that a worker made and signed
    track = world.track(title="Snow", source_type="algorithmicMedia")
    version = track.current_version
    assert version is not None
    sign(str(version.id))
    client = client_of(world.owner)
    # when its owner takes everything
    _, mp3, headers = download(client, track, "format=mp3")
    _, flac, _ = download(client, track, "format=flac")
    _, stem, _ = download(client, track, "format=stem&name=drums")
    _, stems, _ = download(client, track, "format=stems")
    # then each says what it is, whoever reads it
    with zipfile.ZipFile(io.BytesIO(stems)) as archive:
        packed = archive.read("Snow/vocals.flac")
    assert len(mp3) == int(headers["Content-Length"])
    for content, suffix in ((mp3, "mp3"), (flac, "flac"), (stem, "flac"), (packed, "flac")):
        assert source_type_in(manifest_of(content, suffix)) == COMPOSED
        tags = MP3(io.BytesIO(content)) if suffix == "mp3" else FLAC(io.BytesIO(content))
        name = "TXXX:DigitalSourceType" if suffix == "mp3" else "digitalsourcetype"
        assert COMPOSED in str(tags[name])
    assert "composer 1" in str(FLAC(io.BytesIO(flac))["comment"])
    # and the sound is that of the stored file
    with storage().open(f"versions/{version.id}/master.flac") as file:
        assert samples_md5(flac) == samples_md5(file.read())


def test_a_song_is_signed_before_it_is_there(world: World, song_folder: Path) -> None:
    # given a version that a job has made, and that is in no table yet
    identity, folder = new_id(), world.folder()
    draft = version_draft(
        version_id=identity, owner=world.owner, track=None, parent=None, new=FACTS, title=" Snow ", now=NOW
    )
    # when its files are stored and it comes to be
    files = version_files_store(
        version_id=identity, folder=folder, new=FACTS, sign=lambda folder: folder_sign(draft, folder)
    )
    heads = len(list(storage().folders(signed_folder(identity))))
    storage().delete_prefix(f"versions/{identity}")
    track = world.track(title=" Snow ", version_id=identity)
    # then nobody has to sign it any more: MP3, FLAC and both stems
    assert (len(files) > 0, heads) == (True, 4)
    _, content, _ = download(client_of(world.owner), track, "format=mp3")
    assert manifest_of(content, "mp3") is not None


def test_another_title_is_told_at_once_and_signed_soon(world: World) -> None:
    track = world.track(title="Before")
    sign(str(track.current_version_id))
    track_rename(track=track, title="After")
    client = client_of(world.owner)
    # before a worker was there, the tags say it; then the manifest does, too
    _, early, _ = download(client, track, "format=flac")
    sign(str(track.current_version_id))
    _, later, _ = download(client, track, "format=flac")
    assert FLAC(io.BytesIO(early))["title"] == FLAC(io.BytesIO(later))["title"] == ["After"]
    assert "synthetic" in FLAC(io.BytesIO(early))["comment"][0]
    assert (manifest_of(early, "flac"), source_type_in(manifest_of(later, "flac"))) == (None, SourceType.TRAINED.uri)


def test_what_somebody_sent_is_not_ours_to_describe(world: World) -> None:
    track = world.track(operation="upload", engine="normaliser", weights="")
    sign(str(track.current_version_id))
    _, content, _ = download(client_of(world.owner), track, "format=flac")
    assert manifest_of(content, "flac") is None
    assert "digitalsourcetype" not in FLAC(io.BytesIO(content))
    assert not list(storage().folders(signed_folder(track.current_version_id or new_id())))


def test_signed_heads_go_with_their_version(world: World, django_capture_on_commit_callbacks: Any) -> None:
    track = world.track()
    version = track.current_version_id or new_id()
    sign(str(version))
    with django_capture_on_commit_callbacks(execute=True):
        track_purge(track=track, now=NOW)
    assert not list(storage().folders(signed_folder(version)))


def test_a_certificate_that_does_not_work_costs_nobody_a_song(world: World, settings: Settings, signer: Path) -> None:
    # given a certificate that is none
    signer.mkdir()
    (signer / "a.pem").write_text("no certificate")
    settings.PROVENANCE_CERTIFICATE = settings.PROVENANCE_KEY = str(signer / "a.pem")
    # when a song is signed, then it is tagged, and not signed
    track = world.track()
    sign(str(track.current_version_id))
    _, content, _ = download(client_of(world.owner), track, "format=mp3")
    assert manifest_of(content, "mp3") is None
    assert "TXXX:DigitalSourceType" in MP3(io.BytesIO(content))


def test_the_installations_own_key_is_for_its_user_alone(world: World, signer: Path) -> None:
    sign(str(world.track().current_version_id))
    assert {path.stat().st_mode & 0o777 for path in signer.iterdir()} == {0o600}


def test_a_preview_is_signed_in_its_own_file(world: World, song_folder: Path, tmp_path: Path) -> None:
    preview = tmp_path / "preview.mp3"
    preview.write_bytes((song_folder / "track.mp3").read_bytes())
    told = {"performer": "Ada", "consent": "0193"}
    preview_sign(preview, _version("swap", source_type="compositeWithTrainedAlgorithmicMedia", parameters=told))
    found = manifest_of(preview.read_bytes(), "mp3")
    assert source_type_in(found) == SourceType.COMPOSITE.uri
    assert "record 0193" in json.dumps(found)


def test_how_synthetic_a_version_is_follows_from_what_it_was_made_of() -> None:
    sent = _version("upload")
    composed, made = _version("generate", source_type="algorithmicMedia"), _version("generate", weights="w")
    assert source_type_made(None, trained=False) is SourceType.ALGORITHMIC
    assert source_type_made(composed, trained=False) is SourceType.ALGORITHMIC
    # a recording stays part of what is made from it, and a model's work a model's work
    assert source_type_made(sent, trained=True) is SourceType.COMPOSITE
    assert source_type_made(made, trained=False) is SourceType.TRAINED
    assert (source_type_changed(sent), source_type_changed(composed)) == (SourceType.ENHANCED, SourceType.ALGORITHMIC)
    assert statement_of(sent) is None


def test_names_of_strangers_fit_into_one_line() -> None:
    told = statement_of(_version("swap", weights="a\nb\x00" + "c" * 900, parameters={"performer": "Ada\r\nX"}))
    assert told is not None
    assert (told.weights[:4], len(told.weights), told.performer) == ("a bc", 400, "Ada X")


def _version(operation: str, **facts: Any) -> Version:
    return Version(
        id=new_id(), track=Track(title="Snow"), operation=operation, engine="world", engine_version="3",
        created_at=NOW, **facts,
    )  # fmt: skip
