"""What every storage promises: folders appear whole or not at all, and are found again as they were."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation

from apps.library.storage import Storage

MakeFolder = Callable[..., Path]


def read(files: Storage, name: str) -> bytes:
    with files.open(name) as file:
        return file.read()


def test_folder_arrives_whole_and_the_source_is_empty(files: Storage, make_folder: MakeFolder) -> None:
    source = make_folder("source", a=b"one", b=b"two", empty=b"")
    files.put_folder("versions/x", source)
    assert [read(files, f"versions/x/inner/{leaf}") for leaf in ("a", "b", "empty")] == [b"one", b"two", b""]
    assert (files.size("versions/x/inner/b"), files.exists("versions/x/inner/c")) == (3, False)
    assert files.exists("versions/x")
    assert files.exists("versions/x/inner")
    assert files.exists("versions")
    assert not source.exists()


def test_second_folder_of_the_same_name_is_refused_and_the_first_stays(files: Storage, make_folder: MakeFolder) -> None:
    files.put_folder("versions/x", make_folder("one", a=b"one"))
    second = make_folder("two", a=b"two", more=b"more")
    with pytest.raises(FileExistsError):
        files.put_folder("versions/x", second)
    assert read(files, "versions/x/inner/a") == b"one"
    assert not files.exists("versions/x/inner/more")
    assert second.exists()


def test_of_many_writers_at_once_one_wins_whole(files: Storage, make_folder: MakeFolder) -> None:
    count = 5
    sources = [make_folder(str(n), a=b"%d" % n, b=b"%d" % n) for n in range(count)]
    barrier, won = threading.Barrier(count), []

    def write(number: int) -> None:
        barrier.wait()
        try:
            files.put_folder("versions/x", sources[number])
            won.append(number)
        except FileExistsError:
            pass

    threads = [threading.Thread(target=write, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert read(files, "versions/x/inner/a") == read(files, "versions/x/inner/b") == b"%d" % won[0]


def test_nothing_that_is_not_there_is_found(files: Storage, tmp_path: Path) -> None:
    assert not files.exists("versions/x")
    assert list(files.folders("versions")) == []
    for ask in (files.open, files.size, lambda name: files.fetch(name, tmp_path / "copy")):
        with pytest.raises(FileNotFoundError):
            ask("versions/x/a")
    assert list(tmp_path.glob("*copy*")) == []
    files.delete("versions/x/a")
    files.unmark("denied/x")


def test_names_that_lead_out_are_refused(files: Storage, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    asks: tuple[Callable[[str], object], ...] = (
        files.open,
        files.exists,
        files.size,
        files.delete,
        files.delete_prefix,
        files.mark,
        files.unmark,
        files.local_path,
        lambda each: files.fetch(each, target),
        lambda each: files.incoming.begin(each, [1], "audio/wav"),
    )
    for name in ("../x", "/etc/passwd", "versions/../../x", "", ".", "a\0b"):
        for ask in asks:
            with pytest.raises(SuspiciousFileOperation):
                ask(name)


def test_deleted_prefix_is_gone_and_deleting_again_is_fine(files: Storage, make_folder: MakeFolder) -> None:
    files.put_folder("versions/x", make_folder("one", a=b"one"))
    files.put_folder("versions/xy", make_folder("other", a=b"stays"))
    files.delete_prefix("versions/x")
    files.delete_prefix("versions/x")
    assert not files.exists("versions/x")
    assert not files.exists("versions/x/inner/a")
    assert [folder.prefix for folder in files.folders("versions")] == ["versions/xy"]
    files.put_folder("versions/x", make_folder("again", a=b"again"))
    assert read(files, "versions/x/inner/a") == b"again"


def test_folders_are_told_with_when_they_appeared(files: Storage, make_folder: MakeFolder) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    for name in ("a-b", "a", "b"):
        files.put_folder(f"versions/{name}", make_folder(name, a=b"one"))
    files.mark("denied/a")
    found = {folder.prefix: folder.stored_at for folder in files.folders("versions")}
    assert set(found) == {"versions/a", "versions/a-b", "versions/b"}
    assert all(before < moment < datetime.now(UTC) + timedelta(seconds=2) for moment in found.values())
    assert list(files.folders("denied")) == []


def test_a_mark_is_there_until_it_is_taken_away(files: Storage) -> None:
    files.mark("denied/x")
    files.mark("denied/x")
    assert files.exists("denied/x")
    assert not files.exists("denied/xy")
    files.unmark("denied/x")
    assert not files.exists("denied/x")


def test_a_file_is_read_from_anywhere(files: Storage, make_folder: MakeFolder) -> None:
    content = random.Random(7).randbytes(900_000)
    files.put_folder("versions/x", make_folder("one", a=content))
    dice = random.Random(8)
    with files.open("versions/x/inner/a") as file:
        assert file.read(10) == content[:10]
        for _ in range(8):
            start, length = dice.randrange(len(content)), dice.choice([1, 100, 70_000, 500_000])
            assert file.seek(start) == start
            assert file.read(length) == content[start : start + length]
            assert file.tell() == min(start + length, len(content))
        file.seek(-5, os.SEEK_END)
        assert file.read() == content[-5:]
        assert file.read(1) == b""
        file.seek(len(content) + 10)
        assert file.read() == b""


def test_a_fetched_file_is_the_stored_one_and_replaces_what_was_there(
    files: Storage, make_folder: MakeFolder, tmp_path: Path
) -> None:
    content = random.Random(9).randbytes(1_500_000)
    files.put_folder("versions/x", make_folder("one", a=content))
    target = tmp_path / "copy"
    target.write_bytes(b"older")
    files.fetch("versions/x/inner/a", target)
    assert target.read_bytes() == content
    assert [path.name for path in tmp_path.glob("*copy*")] == ["copy"]
    assert read(files, "versions/x/inner/a") == content


def test_a_deleted_file_is_gone(files: Storage, make_folder: MakeFolder) -> None:
    files.put_folder("versions/x", make_folder("one", a=b"one", b=b"two"))
    files.delete("versions/x/inner/a")
    files.delete("versions/x/inner/a")
    assert not files.exists("versions/x/inner/a")
    assert files.exists("versions/x/inner/b")
