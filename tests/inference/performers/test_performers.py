"""The built-in dozen: always the same, in their ranges, each told from the others."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from inference.engine import EngineError
from inference.performers import BUILT_IN, REFERENCE_RATE, portrait, reference
from inference.performers.notes import midi
from inference.performers.singing import LINES, performed

_BASS, _TREBLE = BUILT_IN[0], BUILT_IN[-1]


def test_reading_the_list_and_portraits_loads_no_heavy_library() -> None:
    code = (
        "import sys; from inference.performers import BUILT_IN, portrait, sample; "
        "[(portrait(each), sample(each)) for each in BUILT_IN]; "
        "sys.exit(len(sys.modules.keys() & {'numpy', 'scipy', 'torch', 'pyworld'}))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_there_are_twelve_low_to_high_with_ranges_of_an_octave_and_more() -> None:
    spans = [tuple(midi(note) for note in performer.range) for performer in BUILT_IN]

    assert len({performer.name for performer in BUILT_IN}) == len(BUILT_IN) == 12
    assert [low for low, _ in spans] == sorted(low for low, _ in spans)
    assert all(high - low >= 12 for low, high in spans)
    assert all(performer.title and performer.style and performer.about and performer.licence for performer in BUILT_IN)


def test_every_portrait_is_a_drawing_of_its_own() -> None:
    drawings = [portrait(performer) for performer in BUILT_IN]

    assert len(set(drawings)) == len(BUILT_IN)
    for performer, drawing in zip(BUILT_IN, drawings, strict=True):
        assert ElementTree.fromstring(drawing).get("aria-label") == performer.title
        assert "<script" not in drawing
        assert drawing == portrait(performer)


def test_reference_is_half_a_minute_and_more_of_sound_below_full_scale() -> None:
    samples = reference(_BASS)

    assert samples.ndim == 1
    assert samples.dtype == np.float32
    assert len(samples) >= 30 * REFERENCE_RATE
    assert np.isfinite(samples).all()
    assert 0.1 < np.abs(samples).max() < 1.0


def test_same_line_is_sung_the_same_after_others() -> None:
    first = performed(_TREBLE, LINES[:1])
    performed(_BASS, LINES[1:2])

    assert np.array_equal(performed(_TREBLE, LINES[:1]), first)


def test_somebody_unknown_has_no_reference() -> None:
    with pytest.raises(EngineError):
        reference(replace(_BASS, name="somebody"))


@pytest.mark.parametrize("note", ["H2", "C", "c4", "C♯♯4", ""])
def test_what_is_no_note_has_no_number(note: str) -> None:
    with pytest.raises(ValueError, match="not a note"):
        midi(note)


def test_notes_are_counted_as_midi_does() -> None:
    assert [midi(note) for note in ("A4", "C4", "B♭3", "F#2")] == [69, 60, 58, 42]
