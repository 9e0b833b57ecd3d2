"""Songs that share a process: those that may share a batch do, and what happens to one stays its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from inference.audio.decode import read
from inference.client import Died, EngineProcess
from inference.engine import Cancelled, EngineError, Request
from inference.production import Production
from tests.inference.choir import tone
from tests.inference.engines import RATE

GATHER_SECONDS = 0.5


class Stage:
    """A shared process and threads that want songs of it."""

    def __init__(self, process: EngineProcess, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.finished = threading.Event()
        self._pool = ThreadPoolExecutor(12)

    def sing(
        self,
        prompt: str = "",
        *,
        seed: int,
        seconds: float = 1.0,
        engine: str = "choir",
        alone: bool = False,
        into: str = "",
        at: tuple[str, Callable[[], object]] | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Future[Production]:
        """Ask for a song in a thread of its own; `at` names a stage and what to do when it is reached."""

        def on_progress(stage: str, fraction: float) -> None:
            if at is not None and stage == at[0]:
                at[1]()

        return self._pool.submit(
            self.process.run,
            engine,
            Request(prompt, seconds, seed),
            self.folder / (into or str(seed)),
            alone=alone,
            on_progress=on_progress,
            should_stop=lambda: self.finished.is_set() or should_stop(),
        )

    def occupy(self) -> Callable[[], None]:
        """Keep the engine busy with a song of another length until the answer is called."""
        go, singing = self.folder / "go", threading.Event()
        self.sing(f"hold {go}", seed=999, seconds=0.5, at=("singing", singing.set))
        assert singing.wait(60)
        return go.touch

    def close(self) -> None:
        """Nothing is left at work."""
        self.finished.set()
        (self.folder / "go").touch()
        self._pool.shutdown()


@pytest.fixture(scope="module")
def shared() -> Iterator[EngineProcess]:
    """A shared process; after a test that ends it the next one finds a fresh one."""
    with EngineProcess(registry="tests.inference.choir", gather_seconds=GATHER_SECONDS) as process:
        yield process


@pytest.fixture
def stage(shared: EngineProcess, tmp_path: Path) -> Iterator[Stage]:
    here = Stage(shared, tmp_path)
    yield here
    here.close()


def made_with(production: Production) -> tuple[int, int]:
    """Which batch, and how many were in it."""
    return production.parameters["batch"], production.parameters["together"]


def hashes(production: Production) -> list[str]:
    return [file.sha256 for file in production.files]


def sounds_like(folder: Path, seed: int) -> bool:
    heard = read(folder / str(seed) / "master.flac", RATE)
    return bool(abs(heard - tone(seed, 1.0)).max() < 1e-3)


def test_songs_of_one_kind_share_a_batch_and_each_is_its_own(stage: Stage) -> None:
    done = stage.occupy()
    asked = [stage.sing(seed=seed) for seed in (1, 2, 3, 4)]
    others = [stage.sing(seed=5, seconds=2.0), stage.sing(seed=6, engine="soloist")]
    done()

    made = [each.result(60) for each in asked]

    assert {made_with(production) for production in made} == {(made[0].parameters["batch"], 4)}
    assert [production.seed for production in made] == [1, 2, 3, 4]
    assert all(sounds_like(stage.folder, seed) for seed in (1, 2, 3, 4))
    assert [made_with(each.result(60))[1] for each in others] == [1, 1]
    assert len({each.result().parameters["process"] for each in (*asked, *others)}) == 1


def test_a_song_in_a_batch_is_the_song_it_is_alone(stage: Stage) -> None:
    done = stage.occupy()
    together = [stage.sing(seed=seed) for seed in (1, 2)]
    done()
    first = together[0].result(60)

    alone = stage.sing(seed=1, alone=True, into="alone").result(60)

    assert (made_with(first)[1], made_with(alone)[1]) == (2, 1)
    assert hashes(alone) == hashes(first)


def test_more_songs_than_a_batch_holds_make_the_next_one(stage: Stage) -> None:
    done = stage.occupy()
    asked = [stage.sing(seed=seed) for seed in range(1, 7)]
    done()

    assert sorted(made_with(each.result(60))[1] for each in asked) == [2, 2, 4, 4, 4, 4]


def test_one_cancelled_stops_and_the_others_are_right(stage: Stage) -> None:
    go, unwanted = stage.folder / "now", threading.Event()
    done = stage.occupy()
    cancelled = stage.sing(f"hold {go}", seed=1, at=("singing", unwanted.set), should_stop=unwanted.is_set)
    others = [stage.sing(seed=seed) for seed in (2, 3, 4)]
    done()

    # the others go on only because the cancelled one, which holds them up for ever, is let go at its next step
    made = [each.result(60) for each in others]

    with pytest.raises(Cancelled):
        cancelled.result(60)
    assert [made_with(production)[1] for production in made] == [4, 4, 4]
    assert all(sounds_like(stage.folder, seed) for seed in (2, 3, 4))
    assert not (stage.folder / "1").exists()


def test_one_cancelled_while_it_waits_is_never_begun(stage: Stage) -> None:
    done, unwanted = stage.occupy(), threading.Event()
    cancelled = stage.sing(seed=1, at=("waiting", unwanted.set), should_stop=unwanted.is_set)

    with pytest.raises(Cancelled):
        cancelled.result(60)

    done()
    assert made_with(stage.sing(seed=2).result(60))[1] == 1


def test_one_failing_fails_alone(stage: Stage) -> None:
    done = stage.occupy()
    failing = stage.sing("refuse", seed=1)
    others = [stage.sing(seed=seed) for seed in (2, 3, 4)]
    done()

    with pytest.raises(EngineError, match="I do not sing that") as raised:
        failing.result(60)

    assert not raised.value.retryable
    assert [made_with(each.result(60))[1] for each in others] == [4, 4, 4]


def test_what_the_whole_batch_meets_is_every_songs_error(stage: Stage) -> None:
    done = stage.occupy()
    asked = [stage.sing("spill" if seed == 1 else "", seed=seed) for seed in (1, 2)]
    done()

    for each in asked:
        with pytest.raises(EngineError, match=r"^The engine failed unexpectedly\.$") as raised:
            each.result(60)
        assert raised.value.retryable
    assert made_with(stage.sing(seed=3).result(60))[1] == 1


def test_out_of_memory_halves_the_batch_and_the_process_lives(stage: Stage) -> None:
    done = stage.occupy()
    asked = [stage.sing("hungry" if seed == 1 else "", seed=seed, seconds=1.5) for seed in (1, 2, 3, 4)]
    done()

    made = [each.result(60) for each in asked]

    assert sorted(made_with(production)[1] for production in made) == [1, 1, 2, 2]
    assert len({production.parameters["process"] for production in made}) == 1


def test_a_song_too_large_for_the_memory_fails_alone_and_may_be_tried_again(stage: Stage) -> None:
    done = stage.occupy()
    large = stage.sing("starved", seed=1, seconds=1.25)
    others = [stage.sing(seed=seed, seconds=1.25) for seed in (2, 3)]
    done()

    with pytest.raises(EngineError, match="not enough memory") as raised:
        large.result(60)

    assert raised.value.retryable
    assert len({each.result(60).parameters["process"] for each in others}) == 1


def test_a_death_is_told_to_every_song_of_the_batch_and_those_that_wait_go_on(stage: Stage) -> None:
    never, done, waits = stage.folder / "never", stage.occupy(), threading.Event()
    singing = {seed: threading.Event() for seed in (1, 2)}
    batch = [stage.sing(f"hold {never}", seed=seed, at=("singing", singing[seed].set)) for seed in singing]
    done()
    assert all(event.wait(60) for event in singing.values())
    waiting = stage.sing(seed=3, seconds=2.0, at=("waiting", waits.set))
    assert waits.wait(60)

    assert stage.process.process_id is not None
    os.kill(stage.process.process_id, signal.SIGKILL)

    for each in batch:
        with pytest.raises(Died) as raised:
            each.result(60)
        assert raised.value.retryable
    assert not (stage.folder / "1").exists()
    assert made_with(waiting.result(60)) == (1, 1), "a fresh process, and nobody had to ask again"


def test_a_deaf_song_does_not_keep_the_others_nor_outlive_them(stage: Stage) -> None:
    unwanted = threading.Event()
    deaf = stage.sing("hang", seed=1, at=("deaf", unwanted.set), should_stop=unwanted.is_set)

    with pytest.raises(Cancelled):
        deaf.result(60)

    assert stage.process.process_id is None, "nobody was left in the process, so it ended"
    assert made_with(stage.sing(seed=2).result(60)) == (1, 1)
