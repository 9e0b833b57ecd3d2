"""Comparing voices with protected ones: by the best measure both have, and against what counts for speech and song."""

from __future__ import annotations

import math

from inference.likeness.comparing import SUNG_FROM, comparable, spoken_like, sung_like, taken
from inference.likeness.model import Point, Protected
from inference.speakers.model import Measure
from inference.speakers.telling import SAME_FROM, VERSIONS

RESEMBLYZER, SPECTRAL = Measure.RESEMBLYZER, Measure.SPECTRAL


def at(similarity: float, measure: Measure = RESEMBLYZER, version: str = "") -> Point:
    """A voice this similar to `STAR`'s."""
    return Point(measure, version or VERSIONS[measure], (similarity, math.sqrt(1.0 - similarity**2)))


STAR = Protected("star", (at(1.0), at(1.0, SPECTRAL)))


def test_speech_and_song_are_judged_by_what_they_were_measured_at() -> None:
    between = (SAME_FROM[RESEMBLYZER] + SUNG_FROM[RESEMBLYZER]) / 2
    spoken, sung = spoken_like([at(between)], [STAR]), sung_like([at(between)], [STAR])
    assert spoken is not None
    assert sung is not None
    assert (spoken.alike, sung.alike, spoken.name) == (True, False, "star")
    assert spoken.measure == f"resemblyzer {VERSIONS[RESEMBLYZER]}"


def test_the_best_measure_that_both_were_taken_by_counts() -> None:
    # by the encoder another voice, by colour the same: the encoder is believed where both have it
    heard = [at(0.1), at(1.0, SPECTRAL)]
    found = sung_like(heard, [STAR])
    assert found is not None
    assert not found.alike
    weak = sung_like(heard, [Protected("old", (at(1.0, SPECTRAL),))])
    assert weak is not None
    assert (weak.alike, weak.measure.split()[0]) == (True, "spectral")


def test_voices_of_other_versions_are_not_compared() -> None:
    old = Protected("old", (at(1.0, version="0"),))
    assert comparable([at(1.0)], old) is None
    assert sung_like([at(1.0)], [old]) is None
    assert sung_like([at(1.0)], []) is None


def test_the_nearest_of_the_list_is_told() -> None:
    far = Protected("far", (at(0.2),))
    found = sung_like([at(0.95)], [far, STAR])
    assert found is not None
    assert (found.name, found.alike) == ("star", True)


def test_a_voice_is_taken_where_either_speech_or_song_is_somebodys() -> None:
    assert taken([at(0.9)], [at(0.0)], [STAR]) is not None
    assert taken([at(0.0)], [at(0.95)], [STAR]) is not None
    assert taken([at(0.5)], [at(0.8)], [STAR]) is None
