"""What a stage made is kept whole or not at all, whoever ends in the middle, and stays within its room."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain, count, repeat
from pathlib import Path

import pytest

from inference.stage_cache import StageCache, digest_of

ROOT = Path(__file__).parents[2]
ROOMY = 10**9


def writer(text: str, made: list[str] | None = None) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / "part").mkdir()
        (folder / "part" / "text").write_text(text)
        if made is not None:
            made.append(text)

    return make


def read(entry: Path) -> str:
    return (entry / "part" / "text").read_text()


def never(folder: Path) -> None:
    raise AssertionError("it was there")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def program(folder: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts another process that does something with `cache`, an object of its own over the same folder."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str) -> subprocess.Popen[str]:
        begin = f"""
import sys, threading
from pathlib import Path
from inference.stage_cache import StageCache
cache = StageCache(Path({str(folder)!r}), {ROOMY})
def half(folder):
    (folder / "first").write_text("half")
    print("half-made", flush=True)
    sys.stdin.readline()
    (folder / "second").write_text("whole")
"""
        process = subprocess.Popen(
            [sys.executable, "-c", begin + script],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_what_was_made_is_not_made_again_by_anyone(folder: Path) -> None:
    made: list[str] = []
    with StageCache(folder, ROOMY) as cache:
        first = cache.get_or_make("decode", "digest", 1, make=writer("one", made))
        again = cache.get_or_make("decode", "digest", 1, make=never)
    with StageCache(folder, ROOMY) as cache:
        later = cache.get_or_make("decode", "digest", 1, make=never)

    assert first == again == later
    assert read(later) == "one"
    assert made == ["one"]


@pytest.mark.parametrize("other", [("separate", "digest", 1), ("decode", "other", 1), ("decode", "digest", 2)])
def test_another_kind_or_key_is_another_entry(folder: Path, other: tuple[str, str, int]) -> None:
    with StageCache(folder, ROOMY) as cache:
        one = cache.get_or_make("decode", "digest", 1, make=writer("one"))
        two = cache.get_or_make(*other, make=writer("two"))

        assert (read(one), read(two)) == ("one", "two")


def test_the_longest_unused_go_first_and_what_is_handed_out_stays(folder: Path) -> None:
    now = count(1_000_000)
    size = 1000

    def cache(most: int) -> StageCache:
        return StageCache(folder, most, clock=lambda: float(next(now)))

    with cache(ROOMY) as filling:
        for name in ("a", "b", "c"):
            filling.get_or_make("stage", name, make=writer(name * size))
    with cache(ROOMY) as using, cache(2 * size) as narrow:
        held = using.get_or_make("stage", "a", make=never)
        narrow.get_or_make("stage", "d", make=writer("d" * size))
        assert read(held).startswith("a")

    with cache(ROOMY) as looking:
        made: list[str] = []
        for name in ("a", "b", "c", "d"):
            looking.get_or_make("stage", name, make=writer(name, made))
    assert "b" in made, "the longest unused went"
    assert "a" not in made
    assert "d" not in made


def test_it_holds_no_more_than_its_room_when_nobody_uses_it(folder: Path) -> None:
    with StageCache(folder, 2500) as cache:
        for name in range(6):
            cache.get_or_make("stage", name, make=writer("x" * 1000))

    kept = sum(path.stat().st_size for path in folder.rglob("text"))
    assert kept == 2000
    assert not list((folder / "making").iterdir())
    assert len(list((folder / "locks").iterdir())) == 2


def test_a_failure_keeps_nothing(folder: Path) -> None:
    def fail(half: Path) -> None:
        (half / "text").write_text("half")
        raise RuntimeError("lost")

    with StageCache(folder, ROOMY) as cache:
        with pytest.raises(RuntimeError, match="lost"):
            cache.get_or_make("stage", make=fail)

        assert not list((folder / "making").iterdir())
        assert read(cache.get_or_make("stage", make=writer("whole"))) == "whole"


def test_what_a_killed_process_left_half_made_is_never_seen_and_goes(
    folder: Path, program: Callable[[str], subprocess.Popen[str]]
) -> None:
    killed = program('cache.get_or_make("stage", "song", make=half)')
    assert said(killed) == "half-made"
    assert not list((folder / "entries").iterdir())

    killed.send_signal(signal.SIGKILL)
    killed.wait()

    with StageCache(folder, ROOMY) as cache:
        entry = cache.get_or_make("stage", "song", make=writer("whole"))
        assert read(entry) == "whole"
        assert not (entry / "first").exists()
    assert not list((folder / "making").iterdir())


def test_who_wants_what_another_makes_waits_and_may_give_up(
    folder: Path, program: Callable[[str], subprocess.Popen[str]]
) -> None:
    class GivenUp(Exception):
        pass

    def give_up() -> None:
        raise GivenUp

    def let_it_finish() -> None:
        assert maker.stdin is not None
        maker.stdin.write("\n" * next(newlines))
        maker.stdin.flush()

    newlines = chain([1], repeat(0))
    maker = program('cache.get_or_make("stage", "song", make=half); threading.Event().wait()')
    assert said(maker) == "half-made"

    with StageCache(folder, ROOMY) as cache:
        with pytest.raises(GivenUp):
            cache.get_or_make("stage", "song", make=never, waiting=give_up)
        entry = cache.get_or_make("stage", "song", make=never, waiting=let_it_finish)

        assert (entry / "second").read_text() == "whole"


def test_a_killed_user_holds_nothing_for_ever(folder: Path, program: Callable[[str], subprocess.Popen[str]]) -> None:
    user = program(
        'cache.get_or_make("stage", make=lambda to: (to / "text").write_text("x" * 1000))\n'
        'print("in use", flush=True); threading.Event().wait()'
    )
    assert said(user) == "in use"
    with StageCache(folder, 0):
        pass
    assert list((folder / "entries").iterdir()), "another process uses it"

    user.kill()
    user.wait()
    with StageCache(folder, 0):
        pass

    assert not list((folder / "entries").iterdir())


def test_an_entry_that_lost_a_file_is_made_anew(folder: Path) -> None:
    with StageCache(folder, ROOMY) as cache:
        entry = cache.get_or_make("stage", make=writer("whole"))
        os.truncate(entry / "part" / "text", 2)

        assert read(cache.get_or_make("stage", make=writer("again"))) == "again"


def test_a_full_disk_lets_go_of_what_is_unused_and_tries_once_more(folder: Path) -> None:
    with StageCache(folder, ROOMY) as cache:
        cache.get_or_make("stage", "old", make=writer("old"))

    def full_while_there_is_anything(half: Path) -> None:
        if list((folder / "entries").iterdir()):
            raise OSError(errno.ENOSPC, "full")
        writer("new")(half)

    def always_full(half: Path) -> None:
        raise OSError(errno.ENOSPC, "full")

    with StageCache(folder, ROOMY) as cache:
        assert read(cache.get_or_make("stage", "new", make=full_while_there_is_anything)) == "new"
        with pytest.raises(OSError, match="full"):
            cache.get_or_make("stage", "more", make=always_full)


def test_many_processes_at_once_make_each_entry_once(
    folder: Path, program: Callable[[str], subprocess.Popen[str]], tmp_path: Path
) -> None:
    script = f"""
import os
def make(folder):
    (folder / "text").write_text("whole")
    with open({str(tmp_path / "made")!r}, "a") as log:
        log.write("made\\n")
for number in range(20):
    entry = cache.get_or_make("stage", number, make=make)
    assert (entry / "text").read_text() == "whole"
print("done", flush=True)
"""
    several = [program(script) for _ in range(3)]

    assert [said(process) for process in several] == ["done"] * 3
    assert (tmp_path / "made").read_text().count("made") == 20


@pytest.mark.parametrize("kind", ["", "../up", "Two Words", "x" * 40])
def test_a_kind_is_a_short_plain_word(folder: Path, kind: str) -> None:
    with StageCache(folder, ROOMY) as cache, pytest.raises(ValueError, match="kind"):
        cache.get_or_make(kind, make=never)


def test_a_digest_names_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"song")
    (tmp_path / "b").write_bytes(b"song")
    (tmp_path / "c").write_bytes(b"sonG")

    assert digest_of(tmp_path / "a") == digest_of(tmp_path / "b") != digest_of(tmp_path / "c")
