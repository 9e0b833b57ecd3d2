"""Files arrive in parts that may come in any order, again, or never."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.library.storage import Storage, storage
from tests.storage.conftest import Send

NAME = "uploads/song/original"
PART = 5 * 1024 * 1024
SIZES = [PART, PART, 1234]


def contents(sizes: list[int], seed: int = 1) -> list[bytes]:
    dice = random.Random(seed)
    return [dice.randbytes(size) for size in sizes]


def put(files: Storage, send: Send, handle: str, number: int, content: bytes, name: str = NAME) -> int:
    return send(files.incoming.target(name, handle, number, len(content), datetime.now(UTC)), content)


def read(files: Storage, name: str) -> bytes:
    with files.open(name) as file:
        return file.read()


def test_parts_in_any_order_and_sent_again_become_the_file(files: Storage, send: Send, tmp_path: Path) -> None:
    parts = contents(SIZES)
    handle = files.incoming.begin(NAME, SIZES, "audio/wav")
    assert files.incoming.received(NAME, handle) == []
    assert put(files, send, handle, 3, parts[2]) == 200
    assert put(files, send, handle, 1, contents(SIZES, seed=2)[0]) == 200
    # the page was closed and opened again: nothing but the name and the handle is left
    again = storage()
    assert [(part.number, part.bytes) for part in again.incoming.received(NAME, handle)] == [(1, PART), (3, 1234)]
    with pytest.raises(FileNotFoundError):
        again.incoming.complete(NAME, handle, again.incoming.received(NAME, handle))
    assert put(again, send, handle, 1, parts[0]) == 200
    assert put(again, send, handle, 2, parts[1]) == 200
    assert not files.exists(NAME)
    received = again.incoming.received(NAME, handle)
    again.incoming.complete(NAME, handle, received)
    again.incoming.complete(NAME, handle, received)
    assert read(files, NAME) == b"".join(parts)
    assert files.size(NAME) == sum(SIZES)
    files.fetch(NAME, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"".join(parts)
    files.incoming.abort(NAME, handle)
    assert files.exists(NAME)


def test_a_small_file_is_one_part(files: Storage, send: Send, tmp_path: Path) -> None:
    handle = files.incoming.begin(NAME, [5], "audio/flac")
    assert put(files, send, handle, 1, b"small") == 200
    files.incoming.complete(NAME, handle, files.incoming.received(NAME, handle))
    files.fetch(NAME, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"small"
    assert [folder.prefix for folder in files.folders("uploads")] == ["uploads/song"]
    files.delete_prefix("uploads/song")
    assert not files.exists(NAME)


@pytest.mark.parametrize("change", [-1, 1])
def test_another_length_than_the_signed_one_is_refused(files: Storage, send: Send, change: int) -> None:
    handle = files.incoming.begin(NAME, [1000], "audio/wav")
    target = files.incoming.target(NAME, handle, 1, 1000, datetime.now(UTC))
    assert send(target, b"x" * (1000 + change)) in {400, 403}
    assert files.incoming.received(NAME, handle) == []


def test_only_what_was_announced_can_be_asked_for(files: Storage) -> None:
    handle = files.incoming.begin(NAME, [1000, 10], "audio/wav")
    for number, size in ((0, 1000), (1, 999), (2, 1000), (3, 10)):
        with pytest.raises(ValueError, match="announced"):
            files.incoming.target(NAME, handle, number, size, datetime.now(UTC))


def test_an_aborted_file_is_forgotten(files: Storage, send: Send) -> None:
    handle = files.incoming.begin(NAME, [3], "audio/wav")
    put(files, send, handle, 1, b"abc")
    received = files.incoming.received(NAME, handle)
    files.incoming.abort(NAME, handle)
    files.incoming.abort(NAME, handle)
    with pytest.raises(FileNotFoundError):
        files.incoming.received(NAME, handle)
    with pytest.raises(FileNotFoundError):
        files.incoming.complete(NAME, handle, received)
    assert not files.exists(NAME)


def test_what_was_begun_long_ago_is_cleared(files: Storage, send: Send) -> None:
    done, left = files.incoming.begin(NAME, [3], "audio/wav"), files.incoming.begin("uploads/left/x", [3], "audio/wav")
    put(files, send, done, 1, b"abc")
    put(files, send, left, 1, b"abc", "uploads/left/x")
    files.incoming.complete(NAME, done, files.incoming.received(NAME, done))
    now = datetime.now(UTC)
    assert files.incoming.clear(before=now - timedelta(minutes=1)) == 0
    assert files.incoming.clear(before=now + timedelta(minutes=1)) == 1
    with pytest.raises(FileNotFoundError):
        files.incoming.received("uploads/left/x", left)
    assert read(files, NAME) == b"abc"


@pytest.mark.parametrize("handle", ["", "../../x", "a" * 32, "1.2.3.nobody"])
def test_a_handle_nobody_gave_leads_nowhere(files: Storage, handle: str) -> None:
    with pytest.raises(FileNotFoundError):
        files.incoming.received(NAME, handle)
    with pytest.raises(FileNotFoundError):
        files.incoming.complete(NAME, handle, [])
