"""A song that misses the tempo or the key that was asked for is tried once more, and the better one is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.engine import Cancelled, Capabilities, Context, EngineError, Operation, Request, Result
from inference.produce import produce
from inference.production import Production
from inference.wire import production_from_json, production_to_json
from tests.inference.audio.signals import band
from tests.inference.engines import RATE, Chords


@dataclass
class Band:
    """Plays as fast, and in the key, that its seed has; it does not read the request."""

    tempos: Mapping[int, float]
    tonics: Mapping[int, int] = field(default_factory=dict)
    seeds: list[int] = field(default_factory=list)
    name = "band"
    title = "Band"
    version = "1"

    @property
    def capabilities(self) -> Capabilities:
        return Chords.capabilities

    def generate(self, request: Request, context: Context) -> Result:
        self.seeds.append(request.seed)
        tempo = self.tempos[request.seed]
        if tempo <= 0:
            raise EngineError("The band is out of breath.")
        context.progress("playing", 0.5)
        mix = band(request.seconds, tempo=tempo, tonic=self.tonics.get(request.seed, 9), minor=True)
        context.progress("playing", 1.0)
        return Result(
            mix=np.ascontiguousarray(mix),
            sample_rate=RATE,
            seed=request.seed,
            tempo=tempo,
            key="A minor",
            meter="4/4",
            genre="",
            mood="",
            title="Band",
            stems={},
            score=None,
            sections=(),
            words=(),
            understood={},
            weights="",
            parameters={"seed": request.seed},
        )


def asked(**fields: Any) -> Request:
    return replace(Request("a band at 100 bpm in A minor", 10.0, 1, other_seed=2), **fields)


def made(engine: Band, request: Request, folder: Path) -> tuple[Production, list[tuple[str, float]]]:
    reports: list[tuple[str, float]] = []
    production = produce(engine, request, folder, lambda stage, fraction: reports.append((stage, fraction)))
    return production, reports


def test_a_hit_is_not_tried_again_and_says_what_was_heard(tmp_path: Path) -> None:
    engine = Band({1: 100.0, 2: 100.0})

    production, _ = made(engine, asked(), tmp_path / "song")

    assert engine.seeds == [1]
    assert production.heard["tempo"]["asked"] == 100
    assert production.heard["tempo"]["heard"] == pytest.approx(100, rel=0.01)
    assert (production.heard["tempo"]["hit"], production.heard["key"]["hit"]) == (True, True)
    assert production.heard["length"]["hit"]
    assert "again" not in production.heard


@pytest.mark.parametrize("tempo", [200.0])
def test_double_the_tempo_is_no_miss(tmp_path: Path, tempo: float) -> None:
    engine = Band({1: tempo})

    made(engine, asked(), tmp_path / "song")

    assert engine.seeds == [1]


def test_a_wrong_tempo_is_tried_again_and_the_better_one_kept(tmp_path: Path) -> None:
    engine = Band({1: 130.0, 2: 100.0})

    production, _ = made(engine, asked(), tmp_path / "song")

    assert engine.seeds == [1, 2]
    assert production.seed == 2
    assert production.measured.tempo == pytest.approx(100, rel=0.01)
    assert production.heard["again"]["kept"] == "second"
    assert production.heard["again"]["heard"]["first"]["tempo"] == pytest.approx(130, rel=0.01)


def test_a_wrong_key_is_tried_again(tmp_path: Path) -> None:
    engine = Band({1: 100.0, 2: 100.0}, {1: 3})

    production, _ = made(engine, asked(), tmp_path / "song")

    assert engine.seeds == [1, 2]
    assert production.measured.key == "A minor"


def test_when_the_second_is_no_better_the_first_stays(tmp_path: Path) -> None:
    alone, _ = made(Band({1: 125.0}), asked(other_seed=None), tmp_path / "alone")

    production, _ = made(Band({1: 125.0, 2: 133.0}), asked(), tmp_path / "song")

    assert production.seed == 1
    assert production.heard["again"]["kept"] == "first"
    assert [file.sha256 for file in production.files] == [file.sha256 for file in alone.files]


def test_a_second_try_that_fails_leaves_the_first(tmp_path: Path) -> None:
    production, _ = made(Band({1: 130.0, 2: -1.0}), asked(), tmp_path / "song")

    assert production.seed == 1
    assert "out of breath" in production.heard["again"]["why"]


def test_a_seed_that_the_person_chose_is_never_changed(tmp_path: Path) -> None:
    engine = Band({1: 130.0})

    production, _ = made(engine, asked(other_seed=None), tmp_path / "song")

    assert engine.seeds == [1]
    assert production.heard["tempo"]["hit"] is False


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (asked(prompt="a band"), "no tempo was asked for"),
        (asked(prompt="a slow band"), "no tempo was asked for"),
    ],
)
def test_nothing_asked_is_nothing_missed(tmp_path: Path, request_: Request, why: str) -> None:
    engine = Band({1: 130.0})

    production, _ = made(engine, request_, tmp_path / "song")

    assert engine.seeds == [1]
    assert (production.heard["tempo"]["hit"], production.heard["tempo"]["why"]) == (None, why)


def test_a_cover_is_held_to_what_it_keeps_not_to_its_prompt(tmp_path: Path) -> None:
    engine = Band({1: 130.0})

    production, _ = made(engine, asked(operation=Operation.COVER), tmp_path / "song")

    assert engine.seeds == [1]
    assert production.heard["tempo"]["asked"] == 130


def test_progress_of_two_takes_never_goes_back(tmp_path: Path) -> None:
    _, reports = made(Band({1: 130.0, 2: 100.0}), asked(), tmp_path / "song")

    fractions = [fraction for _, fraction in reports]
    assert fractions == sorted(fractions)
    assert [stage for stage, _ in reports].count("playing") == 4
    assert fractions[-1] == 1


def test_a_cancellation_in_the_second_take_leaves_nothing(tmp_path: Path) -> None:
    engine = Band({1: 130.0, 2: 100.0})

    def report(stage: str, fraction: float) -> None:
        if len(engine.seeds) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        produce(engine, asked(), tmp_path / "song", report)

    assert list(tmp_path.iterdir()) == []


def test_what_was_heard_travels_with_the_production(tmp_path: Path) -> None:
    production, _ = made(Band({1: 130.0, 2: 100.0}), asked(), tmp_path / "song")

    again = production_from_json(json.loads(json.dumps(production_to_json(production))))

    assert again.heard == production.heard
