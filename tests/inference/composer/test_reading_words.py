"""Tempo, key, metre, form, era and what is not wanted, in many spellings; and any text at all is survived."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine import Request
from inference.engines.composer.reading.reader import Reading, read
from inference.engines.composer.score import METERS
from inference.engines.composer.writing.shaping import Sections, shaped
from inference.understanding import understand


def reading(prompt: str, **fields: object) -> Reading:
    return read(Request(prompt, 60, 1, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prompt", "tempo"),
    [
        ("92bpm", 92), ("around 120", 120), ("circa 98 bpm", 98), ("90-100 bpm", 95), ("♩ = 88", 88),
        ("tempo: 101", 101), ("bpm 77", 77), ("zweiundneunzig Schläge pro Minute", 92), ("quatre-vingt-dix bpm", 90),
        ("cent vingt-huit bpm", 128), ("noventa y dos bpm", 92), ("novantadue bpm", 92), ("cento e vinte bpm", 120),
        ("a hundred and forty beats per minute", 140), ("300 bpm", 150), ("25 bpm", 50), ("hundertdreißig bpm", 130),
    ],
)  # fmt: skip
def test_tempo_in_numbers_and_words(prompt: str, tempo: float) -> None:
    found = reading(prompt)

    assert (found.tempo, found.tempo_asked) == (tempo, True)


@pytest.mark.parametrize("prompt", ["slow", "0 bpm", "-20 bpm", "9999 bpm", "in 1985", "4/4", "a 20 year old song"])
def test_what_is_no_tempo_is_left_open(prompt: str) -> None:
    found = reading(prompt)

    assert not found.tempo_asked
    assert 40 <= found.tempo <= 220


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("E-Moll", "E minor"), ("mi mineur", "E minor"), ("la menor", "A minor"), ("ré majeur", "D major"),
        ("Fis-Dur", "F# major"), ("H-Moll", "B minor"), ("B-Moll", "Bb minor"), ("as-Moll", "G# minor"),
        ("fa sostenido menor", "F# minor"), ("Mi♭ maggiore", "Eb major"), ("mi bemol maior", "Eb major"),
        ("Bbm", "Bb minor"), ("in Am", "A minor"), ("jazz in F#m", "F# minor"), ("in the key of D", "D major"),
        ("key of E flat", "Eb major"), ("D dorian", "D minor"), ("A harmonic minor", "A minor"),
        ("ля минор", "A minor"), ("嬰ハ短調", "C# minor"), ("C大调", "C major"), ("Cb major", "B major"),
        ("E minor chords on piano", "E minor"), ("Cmaj", "C major"), ("c mineur", "C minor"),
    ],
)  # fmt: skip
def test_keys_in_the_names_of_each_language(prompt: str, key: str) -> None:
    found = reading(prompt)

    assert (found.key.name, found.key_asked) == (key, True)


@pytest.mark.parametrize("prompt", ["a minor change of plans", "Am Strand", "Imajor", "the mayor's house"])
def test_words_that_look_like_keys_are_none(prompt: str) -> None:
    assert not reading(prompt).key_asked


@pytest.mark.parametrize(
    "prompt",
    ["no drums", "ohne Schlagzeug", "sans batterie", "sin batería", "senza batteria", "sem bateria", "drumless",
     "bez perkusji", "zonder drums", "piano without any drums", "no bass or drums"],
)  # fmt: skip
def test_drums_can_be_refused_in_any_language(prompt: str) -> None:
    assert "drums" in reading(prompt).without


def test_after_a_refusal_others_are_still_wanted() -> None:
    found = reading("no drums, soft piano")

    assert (found.without, found.instruments) == (frozenset({"drums"}), ("piano",))


@pytest.mark.parametrize(
    ("prompt", "era", "genre"),
    [("80s power ballad", "1980s", "ballad"), ("baroque", "Baroque", "classical"), ("90s boom bap", "1990s", "hiphop"),
     ("canción de los años 60", "1960s", ""), ("der Klang der siebziger Jahre", "1970s", "")],
)  # fmt: skip
def test_eras_are_read(prompt: str, era: str, genre: str) -> None:
    found = reading(prompt)

    assert found.era == era
    assert not genre or found.genre.name == genre


def test_an_era_wears_the_sound() -> None:
    assert reading("jazz of the 1920s").genre.mix.dust > reading("jazz").genre.mix.dust


@pytest.mark.parametrize(
    ("prompt", "family", "without", "long"),
    [("pop, no chorus, long intro", "", {"B"}, {"i"}), ("techno with build and drop", "club", set(), set()),
     ("Lied mit Strophe und Refrain", "song", set(), set()), ("sans refrain", "", {"B"}, set())],
)  # fmt: skip
def test_wishes_for_the_form_are_read(prompt: str, family: str, without: set[str], long: set[str]) -> None:
    shape = reading(prompt).shape

    assert (shape.family, shape.without, shape.long) == (family, frozenset(without), frozenset(long))


letters = st.sampled_from("iABCso")


@given(
    st.lists(st.tuples(letters, st.integers(1, 16)), min_size=1, max_size=9),
    st.frozensets(letters, max_size=3),
    st.frozensets(letters, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_a_form_bent_to_wishes_keeps_its_length(
    sections: Sections, without: frozenset[str], long: frozenset[str]
) -> None:
    from inference.engines.composer.reading.shapes import Shape

    bent = shaped(sections, Shape("", without, long))

    assert sum(bars for _, bars in bent) == sum(bars for _, bars in sections)
    assert all(bars > 0 for _, bars in bent)
    if without < {"A", "B", "i", "o", "s"} and "A" not in without and any(name == "A" for name, _ in sections):
        assert not without & {name for name, _ in bent}


music = st.sampled_from(
    ["-1 bpm", "1e9 bpm", "H sharp", "no no no", "C", "♭♭♭ minor", "12/0", "0/4", "3/4", "major minor", "sin", "🎷",
     "80s", "half time", "ohne", "a minor", "Am", "'", "fis", "dorian", "drum", "ß", "İ", "ﬁ", "\u202e", "九十 bpm",
     "bpm", "="]
)  # fmt: skip


@given(st.lists(st.one_of(music, st.text(max_size=12)), max_size=14).map(" ".join))
@settings(max_examples=120, deadline=None)
def test_any_text_is_understood_as_something_that_can_be_played(prompt: str) -> None:
    found = reading(prompt)

    assert 40 <= found.tempo <= 220
    assert found.meter.name in METERS
    assert 0 <= found.energy <= 1
    assert math.isfinite(found.bright + found.space)
    assert found.as_json() == reading(prompt).as_json()


@given(
    st.text(max_size=20),
    st.text(max_size=20),
    st.text(max_size=20),
    st.floats(),
    st.lists(st.text(max_size=9), max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_fields_may_hold_anything(key: str, meter: str, genre: str, energy: float, instruments: list[str]) -> None:
    request = Request("jazz", 60, 1, key=key, meter=meter, genre=genre, energy=energy, instruments=tuple(instruments))

    items = understand(request).items

    assert {"tempo", "key", "meter", "genre", "energy"} <= {item.name for item in items}
