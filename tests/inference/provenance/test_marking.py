"""Files that say they are synthetic: in tags and in a signed manifest, in every format that has them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest
from mutagen import id3
from mutagen.flac import FLAC
from mutagen.mp4 import MP4

from inference.audio.tag import Tags, tagged_copy
from inference.provenance import manifest, tags
from inference.provenance.manifest import NotSigned, State
from inference.provenance.marking import mark, signed_head, verify
from inference.provenance.signing import CERTIFICATE, KEY, Credentials, NoCredentials, credentials
from inference.provenance.statement import BadStatement, SourceType, Statement, from_json, to_json
from tests.inference.provenance.conftest import NOW, STATEMENT

FORMATS = ["song.mp3", "song.flac", "song.wav", "song.m4a"]
Song = Callable[[str], Path]


def samples_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=-1)


@pytest.mark.parametrize("name", FORMATS)
def test_a_marked_file_says_so_twice_and_sounds_the_same(song: Song, signer: Credentials, name: str) -> None:
    path = song(name)
    before = samples_of(path)
    mark(path, STATEMENT, signer, title="Morning")
    marks = verify(path, signer.anchor)
    assert marks.synthetic
    assert marks.tags == STATEMENT
    assert marks.manifest.state is State.TRUSTED
    assert marks.manifest.statement == STATEMENT
    assert marks.manifest.signer == "Refrain"
    assert marks.manifest.source_type.endswith("/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")
    assert np.array_equal(samples_of(path), before)
    assert [each.name for each in path.parent.iterdir() if each.is_file()] == [name]


@pytest.mark.parametrize("name", FORMATS)
def test_a_stranger_sees_that_it_is_unchanged_but_not_who_signed(song: Song, signer: Credentials, name: str) -> None:
    path = song(name)
    mark(path, STATEMENT, signer)
    assert verify(path).manifest.state is State.VALID


@pytest.mark.parametrize("name", FORMATS)
def test_a_changed_sample_breaks_the_manifest(song: Song, signer: Credentials, name: str) -> None:
    path = song(name)
    plain = path.read_bytes()
    mark(path, STATEMENT, signer)
    content = bytearray(path.read_bytes())
    # the audio itself: found where the unsigned file had it
    at = content.find(plain[len(plain) // 2 : len(plain) // 2 + 32])
    content[at] ^= 1
    path.write_bytes(content)
    found = verify(path, signer.anchor).manifest
    assert found.state is State.BROKEN
    assert found.statement is None


@pytest.mark.parametrize("name", FORMATS)
def test_an_unmarked_file_says_nothing(song: Song, name: str) -> None:
    marks = verify(song(name))
    assert not marks.synthetic
    assert marks.manifest.state is State.ABSENT


def test_another_installation_is_not_trusted(song: Song, signer: Credentials, tmp_path: Path) -> None:
    path = song("song.mp3")
    mark(path, STATEMENT, signer)
    other = credentials(tmp_path / "other", NOW, {})
    assert verify(path, other.anchor).manifest.state is State.VALID


def test_tags_that_were_there_stay(song: Song, tmp_path: Path) -> None:
    for suffix in (".mp3", ".flac"):
        path = tmp_path / f"copy{suffix}"
        tagged_copy(song(f"song{suffix}"), path, Tags("Morning", "Ada", comment="Seed 7.", cover_jpeg=b"\xff\xd8"))
        tags.write(path, STATEMENT)
        tags.write(path, STATEMENT)
        assert tags.read(path) == STATEMENT
    header, flac = id3.ID3(tmp_path / "copy.mp3"), FLAC(tmp_path / "copy.flac")
    assert (str(header["TIT2"]), flac["title"]) == ("Morning", ["Morning"])
    assert str(header["COMM::eng"]) == flac["comment"][0] == f"Seed 7. {STATEMENT.sentence()}"
    assert len(header.getall("PRIV")) == len(header.getall("APIC")) == len(flac.pictures) == 1


def test_the_type_stands_where_other_programs_look(song: Song) -> None:
    paths = [song(name) for name in FORMATS]
    for path in paths:
        tags.write(path, STATEMENT)
    header = id3.ID3(paths[0])
    uri = SourceType.COMPOSITE.uri
    assert str(header["TXXX:DigitalSourceType"]) == FLAC(paths[1])["digitalsourcetype"][0] == uri
    assert f'Iptc4xmpExt:DigitalSourceType="{uri}"'.encode() in header.getall("PRIV")[0].data
    assert bytes(MP4(paths[3])["----:com.apple.iTunes:DigitalSourceType"][0]).decode() == uri


@pytest.mark.parametrize("suffix", [".mp3", ".flac"])
def test_a_head_made_beforehand_and_the_stored_frames_are_a_signed_file(
    song: Song, signer: Credentials, tmp_path: Path, suffix: str
) -> None:
    # given a stored file, and a head as downloads have it
    stored, tagged = song(f"stored{suffix}"), tmp_path / f"tagged{suffix}"
    tagged_copy(stored, tagged, Tags("Morning", cover_jpeg=os.urandom(50_000)))
    tags.write(tagged, STATEMENT)
    frames = stored.read_bytes()[-20_000:]
    whole = tagged.read_bytes()
    # when the head is signed for these frames
    head = whole[: whole.rindex(frames)]

    def copy_body(path: Path) -> None:
        with path.open("ab") as file:
            file.write(frames)

    signed = signed_head(suffix, head, copy_body, STATEMENT, signer, folder=tmp_path)
    # then both together are valid, and still have the title
    sent = tmp_path / f"sent{suffix}"
    sent.write_bytes(signed + frames)
    assert verify(sent, signer.anchor).manifest.state is State.TRUSTED
    assert verify(sent).tags == STATEMENT
    title = str(id3.ID3(sent)["TIT2"]) if suffix == ".mp3" else FLAC(sent)["title"][0]
    assert title == "Morning"


def test_what_cannot_be_signed_stays_as_it_was(song: Song, signer: Credentials, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.wav"
    damaged.write_bytes(song("song.wav").read_bytes()[:10])
    content = damaged.read_bytes()
    with pytest.raises(NotSigned):
        manifest.sign(damaged, STATEMENT, signer)
    assert damaged.read_bytes() == content
    assert len(list(tmp_path.glob("*.wav"))) == 2
    with pytest.raises(NotSigned):
        manifest.sign(tmp_path / "words.lrc", STATEMENT, signer)


@pytest.mark.parametrize("suffix", sorted(tags.FORMATS))
@pytest.mark.parametrize(
    "content", [b"", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"GEOB" * 50, b"RIFF\xff\xff\xff\xffWAVE", os.urandom(999)]
)
def test_rubbish_is_read_without_harm(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"rubbish{suffix}"
    path.write_bytes(content)
    assert not verify(path).synthetic


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "1",
        "[" * 10_000,
        '{"source_type": "human"}',
        to_json(STATEMENT).replace('"world"', "7"),
        to_json(STATEMENT).replace("world", "w" * 2000),
        to_json(STATEMENT).replace("world", "w\\u0000"),
    ],
)
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(BadStatement):
        from_json(text)


def test_a_statement_survives_json() -> None:
    assert from_json(to_json(STATEMENT)) == STATEMENT
    later = to_json(STATEMENT)[:-1] + ', "added_later": 1}'
    assert from_json(later) == STATEMENT


def test_people_read_one_sentence_after_another() -> None:
    assert STATEMENT.sentence() == (
        "Part of this sound is synthetic: it was made by a trained model. Engine: world 3. Voice: Ада «Nova» & <Sons>. "
        "Consent: Recorded by the speaker on 2026-11-20, for everybody. Made: 2026-11-21T12:00:00+00:00."
    )
    plain = Statement(SourceType.ALGORITHMIC, "composer", "", "2026")
    assert plain.sentence() == "This sound is synthetic: it was made by a program. Engine: composer. Made: 2026."


def test_an_installation_keeps_its_signer_to_itself(tmp_path: Path) -> None:
    first = credentials(tmp_path, NOW, {})
    assert credentials(tmp_path, datetime(2030, 1, 1, tzinfo=UTC), {}) == first
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in repr(first)
    assert first.chain.count(b"BEGIN CERTIFICATE") == 2
    assert b"PRIVATE" not in first.chain


def test_a_certificate_that_was_given_is_used(song: Song, signer: Credentials, tmp_path: Path) -> None:
    (tmp_path / "chain.pem").write_bytes(signer.chain)
    (tmp_path / "key.pem").write_bytes(signer.key)
    named = {CERTIFICATE: str(tmp_path / "chain.pem"), KEY: str(tmp_path / "key.pem")}
    assert credentials(tmp_path / "none", NOW, named) == signer
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("wrong", ["missing", "half", "other", "rubbish"])
def test_a_certificate_that_does_not_fit_is_refused(signer: Credentials, tmp_path: Path, wrong: str) -> None:
    other = credentials(tmp_path / "other", NOW, {})
    (tmp_path / "chain.pem").write_bytes(b"what?" if wrong == "rubbish" else signer.chain)
    (tmp_path / "key.pem").write_bytes(other.key if wrong == "other" else signer.key)
    named = {CERTIFICATE: str(tmp_path / "chain.pem"), KEY: str(tmp_path / "key.pem")}
    if wrong == "missing":
        named[KEY] = str(tmp_path / "nowhere.pem")
    if wrong == "half":
        del named[KEY]
    with pytest.raises(NoCredentials):
        credentials(tmp_path / "own", NOW, named)
