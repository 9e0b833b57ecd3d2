"""What a bucket adds: a wire that breaks or lies, other hands in it, and a client that asks for little."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.exceptions import ClientError

from apps.common.storage_address import storage_address
from apps.library.storage import Storage, StorageAway, StorageFull, storage_at
from apps.library.storage.part_signing import LIFE
from apps.library.storage.s3 import S3Storage
from apps.library.storage.s3_bucket import s3_errors
from tests.storage.relay import Relay, relay_to

MakeFolder = Callable[..., Path]
CONTENT = random.Random(3).randbytes(700_000)


@pytest.fixture
def bucket(s3_url: str) -> S3Storage:
    """The storage, reached straight."""
    return at(s3_url)


@pytest.fixture
def relay(swift: int) -> Iterator[Relay]:
    with relay_to(swift) as relay:
        yield relay


@pytest.fixture
def far(s3_url: str, swift: int, relay: Relay) -> Storage:
    """The same storage at the other end of a wire."""
    return at(s3_url.replace(f":{swift}/", f":{relay.port}/"))


def at(url: str) -> S3Storage:
    files = storage_at(storage_address(url))
    assert isinstance(files, S3Storage)
    return files


def once(change: Callable[[bytes], bytes | None]) -> Callable[[bytes], bytes | None]:
    """Something that happens to the first piece of a body, and never again."""
    happened = False

    def pass_on(piece: bytes) -> bytes | None:
        nonlocal happened
        if happened or len(piece) < 10_000:
            return piece
        happened = True
        return change(piece)

    return pass_on


def test_a_storage_that_is_gone_is_said_and_nothing_is_lost(
    far: Storage, relay: Relay, make_folder: MakeFolder, tmp_path: Path
) -> None:
    folder = make_folder("one", a=b"one")
    relay.closed = True
    with pytest.raises(StorageAway):
        far.put_folder("versions/x", folder)
    with pytest.raises(StorageAway):
        far.fetch("versions/x/inner/a", tmp_path / "copy")
    assert (folder / "inner" / "a").read_bytes() == b"one"
    assert not (tmp_path / "copy").exists()
    relay.closed = False
    far.put_folder("versions/x", folder)
    assert far.exists("versions/x")


def test_a_storage_that_goes_mid_way_shows_no_part_and_is_cleared_up(
    far: Storage, bucket: S3Storage, relay: Relay, make_folder: MakeFolder
) -> None:
    folder = make_folder("one", a=b"one", b=CONTENT)

    def cut(_: bytes) -> None:
        relay.closed = True

    relay.forth = once(cut)
    with pytest.raises(StorageAway):
        far.put_folder("versions/x", folder)
    assert not bucket.exists("versions/x")
    assert not bucket.exists("versions/x/inner/a")
    assert (folder / "inner" / "b").read_bytes() == CONTENT


def test_a_connection_that_breaks_while_reading_is_made_again(
    far: Storage, relay: Relay, make_folder: MakeFolder, tmp_path: Path
) -> None:
    far.put_folder("versions/x", make_folder("one", a=CONTENT))
    relay.back = once(lambda _: None)
    with far.open("versions/x/inner/a") as file:
        assert file.read() == CONTENT
    relay.back = once(lambda _: None)
    far.fetch("versions/x/inner/a", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == CONTENT


def test_bytes_that_change_on_their_way_in_are_not_kept(
    far: Storage, bucket: S3Storage, relay: Relay, make_folder: MakeFolder
) -> None:
    relay.forth = lambda piece: piece.replace(CONTENT[500:540], bytes(40))
    with pytest.raises(StorageAway):
        far.put_folder("versions/x", make_folder("one", a=CONTENT))
    assert list(bucket.bucket.list("")) == []


def test_bytes_that_change_on_their_way_out_are_not_given(
    far: Storage, relay: Relay, make_folder: MakeFolder, tmp_path: Path
) -> None:
    far.put_folder("versions/x", make_folder("one", a=CONTENT))
    relay.back = lambda piece: piece.replace(CONTENT[500:540], bytes(40))
    with pytest.raises(StorageAway):
        far.fetch("versions/x/inner/a", tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_file_that_another_hand_changed_is_not_fetched(
    bucket: S3Storage, make_folder: MakeFolder, tmp_path: Path
) -> None:
    bucket.put_folder("versions/x", make_folder("one", a=b"one", b=b"two"))
    key = "versions/x/inner/a"
    about = bucket.bucket.head(key)["Metadata"]
    bucket.bucket.client.put_object(Bucket=bucket.bucket.name, Key=key, Body=b"eno", Metadata=about)
    with pytest.raises(StorageAway):
        bucket.fetch(key, tmp_path / "copy")
    bucket.fetch("versions/x/inner/b", tmp_path / "copy")


def test_files_of_a_writer_that_did_not_win_are_not_seen(bucket: S3Storage, make_folder: MakeFolder) -> None:
    bucket.put_folder("versions/x", make_folder("one", a=b"one"))
    loser = {"folder": "versions/x", "writer": "another"}
    bucket.bucket.put_empty("versions/x/inner/b", **loser)
    assert not bucket.exists("versions/x/inner/b")
    with pytest.raises(FileNotFoundError):
        bucket.open("versions/x/inner/b")
    assert bucket.exists("versions/x/inner/a")


def test_a_folder_that_is_removed_while_it_is_stored_leaves_nothing(
    bucket: S3Storage, make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remover comes between the last look at the files and the marker, the worst moment there is."""
    verify = S3Storage._verify

    def and_remove(self: S3Storage, prefix: str, files: object) -> None:
        verify(self, prefix, files)  # type: ignore[arg-type]
        bucket.bucket.put_empty(f".claims/{prefix}/remover")
        bucket.bucket.remove_below(f"{prefix}/")

    monkeypatch.setattr(S3Storage, "_verify", and_remove)
    with pytest.raises(FileExistsError):
        bucket.put_folder("versions/x", make_folder("one", a=b"one"))
    assert [each.key for each in bucket.bucket.list("")] == [".claims/versions/x/remover"]


def test_browsers_are_sent_to_the_public_address_and_no_other_length_is_signed(s3_url: str) -> None:
    far = at(f"{s3_url}&public=https://media.example.org")
    handle = far.incoming.begin("uploads/x/original", [10], "audio/wav")
    target = far.incoming.target("uploads/x/original", handle, 1, 10, datetime.now(UTC))
    url = urlsplit(target.url)
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://media.example.org/refrain/uploads/x/original"
    asked = parse_qs(url.query)
    assert asked["X-Amz-SignedHeaders"] == ["content-length;host"]
    assert int(asked["X-Amz-Expires"][0]) <= LIFE.total_seconds()
    far.incoming.abort("uploads/x/original", handle)


def test_a_mark_that_is_not_there_costs_one_request(bucket: S3Storage) -> None:
    asked = counted(bucket)
    bucket.exists("denied/x")
    assert len(asked) == 1


def test_reading_the_start_of_a_file_leaves_the_rest_where_it_is(bucket: S3Storage, make_folder: MakeFolder) -> None:
    bucket.put_folder("versions/x", make_folder("one", a=CONTENT))
    asked = counted(bucket)
    with bucket.open("versions/x/inner/a") as file:
        assert file.read(4) == CONTENT[:4]
    (wanted,) = (request.headers["Range"] for request in asked if "Range" in request.headers)
    assert wanted in {b"bytes=0-262143", "bytes=0-262143"}


def counted(bucket: S3Storage) -> list[Any]:
    """The requests that the storage sends from now on."""
    asked: list[Any] = []
    bucket.bucket.client.meta.events.register("before-send.s3", lambda request, **_: asked.append(request))
    return asked


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (507, "InsufficientStorage", StorageFull),
        (413, "EntityTooLarge", StorageFull),
        (400, "XMinioStorageFull", StorageFull),
        (404, "NoSuchKey", FileNotFoundError),
        (404, "NoSuchBucket", StorageAway),
        (403, "InvalidAccessKeyId", StorageAway),
        (503, "SlowDown", StorageAway),
        (500, "InternalError", StorageAway),
    ],
)
def test_what_services_answer_is_told_in_the_words_of_the_house(status: int, code: str, told: type[Exception]) -> None:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with pytest.raises(told), s3_errors("versions/x"):
        raise ClientError(answer, "PutObject")
