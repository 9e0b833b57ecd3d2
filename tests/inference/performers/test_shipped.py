"""What is shipped of the built-in performers is what they are, and tells them apart."""

from __future__ import annotations

import json

import numpy as np
import pytest

from inference.audio.decode import read
from inference.engine import EngineError
from inference.performers import BUILT_IN, REFERENCE_RATE, Performer, keeping, sample
from inference.performers.shipped import MADE_OF, MATERIAL, shipped
from inference.provenance import tags
from inference.provenance.statement import SourceType
from inference.speakers import Measure, embed, similarity
from inference.voice import prints

_SOMEBODY = BUILT_IN[5]


def test_the_material_of_everybody_was_made_after_the_last_change_to_the_cast() -> None:
    """When this fails: `python -m inference.performers.keeping`."""
    kept = json.loads((MATERIAL / MADE_OF).read_text(encoding="utf-8"))

    assert kept == {performer.name: keeping.made_of(performer) for performer in BUILT_IN}


def test_the_print_is_what_is_learned_of_the_reference() -> None:
    """When this fails: `python -m inference.performers.keeping`."""
    learned = prints.from_bytes(prints.to_bytes(keeping.heard(_SOMEBODY)))
    kept = shipped(_SOMEBODY.name).print

    assert (kept.low, kept.high) == (learned.low, learned.high)
    np.testing.assert_allclose(kept.pitches, learned.pitches, rtol=0.01)
    for mine, other in ((kept.frames.mean(axis=0), learned.frames.mean(axis=0)), (kept.noise, learned.noise)):
        np.testing.assert_allclose(mine, other, atol=0.05)


def test_the_likeness_is_that_of_the_reference() -> None:
    from inference.performers import reference

    heard = embed(reference(_SOMEBODY), REFERENCE_RATE, Measure.SPECTRAL)

    assert similarity(shipped(_SOMEBODY.name).likenesses[Measure.SPECTRAL], heard) > 0.995


def test_everybody_is_told_from_everybody_else() -> None:
    vectors = np.stack([shipped(each.name).likenesses[Measure.RESEMBLYZER].vector for each in BUILT_IN])
    alike = vectors @ vectors.T - 2.0 * np.eye(len(vectors))

    assert alike.max() < 0.88


@pytest.mark.parametrize("performer", BUILT_IN, ids=lambda performer: performer.name)
def test_the_sample_is_short_light_and_says_that_it_is_synthetic(performer: Performer) -> None:
    path = sample(performer)
    heard = read(path, REFERENCE_RATE)
    statement = tags.read(path)

    assert 8.0 < len(heard) / REFERENCE_RATE < 12.0
    assert path.stat().st_size < 150_000
    assert 0.1 < np.abs(heard).max() <= 1.0
    assert statement is not None
    assert statement.source_type is SourceType.ALGORITHMIC
    assert statement.performer == performer.title


@pytest.mark.parametrize("performer", [BUILT_IN[0], BUILT_IN[-1]], ids=lambda performer: performer.name)
def test_the_sample_is_sung_by_the_performer(performer: Performer) -> None:
    heard = embed(read(sample(performer), REFERENCE_RATE).mean(axis=1), REFERENCE_RATE, Measure.RESEMBLYZER)
    alike = {each.name: similarity(shipped(each.name).likenesses[Measure.RESEMBLYZER], heard) for each in BUILT_IN}

    assert max(alike, key=lambda name: alike[name]) == performer.name


def test_nothing_is_shipped_of_somebody_else() -> None:
    with pytest.raises(EngineError):
        shipped("../cast")
