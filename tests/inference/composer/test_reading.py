"""Prompts are understood in several languages, and nonsense is answered with sense."""

from __future__ import annotations

import pytest

from inference.engine import Request
from inference.engines.composer.reading.reader import Reading, read


def reading(prompt: str, **fields: object) -> Reading:
    return read(Request(prompt, 60, 1, **fields))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("prompt", "genre", "mood", "key", "tempo"),
    [
        ("melancholic indie folk, fingerpicked, 92 bpm, E minor", "folk", "melancholic", "E minor", 92),
        ("Klavierballade, traurig, in h-Moll, 66 bpm", "ballad", "sad", "B minor", 66),
        ("valse triste en ré mineur à 120 bpm", "waltz", "sad", "D minor", 120),
        ("canción alegre de salsa en sol mayor, 98 bpm", "latin", "happy", "G major", 98),
        ("musica rilassante ambient in do maggiore, 60 bpm", "ambient", "calm", "C major", 60),
        ("bossa nova romântica em lá menor, 130 bpm", "bossa", "romantic", "A minor", 130),
        ("悲しいジャズ 120 bpm in F minor", "jazz", "sad", "F minor", 120),
    ],
)
def test_music_words_of_many_languages_are_read(prompt: str, genre: str, mood: str, key: str, tempo: float) -> None:
    found = reading(prompt)

    assert found.genre.name == genre
    assert mood in found.moods
    assert found.key.name == key
    assert found.tempo == tempo


@pytest.mark.parametrize(
    ("prompt", "key"),
    [("B-Dur", "Bb major"), ("fis-moll", "F# minor"), ("si bemolle maggiore", "Bb major"), ("C# minor", "C# minor")],
)
def test_note_names_of_each_language_keep_their_meaning(prompt: str, key: str) -> None:
    assert reading(prompt).key.name == key


def test_fields_of_the_form_win_over_the_prompt() -> None:
    found = reading("slow sad jazz, 80 bpm, C minor", genre="techno", tempo=132.0, key="A minor", mood="epic")

    assert found.genre.name == "techno"
    assert found.tempo == 132
    assert found.key.name == "A minor"
    assert found.moods[0] == "epic"


@pytest.mark.parametrize(
    ("prompt", "remark"),
    [
        ("pop at 0 bpm", "0 BPM"),
        ("pop in H sharp minor", "H sharp"),
        ("slow techno at 200 bpm", "contradict"),
        ("a song in major and minor", "both major and minor"),
        ("pop at 99999 bpm", "99999 BPM"),
        ("house in 13/8", "13/8"),
        ("Z major waltz", "no note Z"),
    ],
)
def test_the_impossible_is_resolved_and_said(prompt: str, remark: str) -> None:
    found = reading(prompt)

    assert any(remark in note for note in found.as_json()["notes"])
    assert 40 <= found.tempo <= 220


@pytest.mark.parametrize(
    "prompt", ["", " ", "?", "🎷🌙", "🔥" * 400, "موسيقى هادئة للنوم", "x" * 10_000, "no " * 3000, "a\u202eb", "H" * 99]
)
def test_any_text_becomes_a_song_to_write(prompt: str) -> None:
    found = reading(prompt)

    assert found.title
    assert len(found.title) <= 48
    assert found.genre.name


def test_unwanted_instruments_leave_and_wanted_ones_stay() -> None:
    found = reading("jazz with trumpet, no drums, ohne Klavier")

    assert found.instruments == ("trumpet",)
    assert found.without == {"drums", "piano"}


def test_what_is_unknown_does_not_always_become_the_same() -> None:
    genres = {reading(f"qwx{number} vrrt zzkl{number}").genre.name for number in range(30)}

    assert len(genres) >= 4


def test_a_title_comes_from_the_words_it_is_about() -> None:
    assert reading("indie folk about leaving home, 92 bpm").title == "Leaving Home"
    assert "Evening" in reading("a slow waltz for a snowy evening").title


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("bossa nova by the sea, nylon guitar and flute", "By the Sea"),
        ("sunny synth pop for the first day of summer, 118 bpm", "First Day of Summer"),
        ("epic film music, brass and drums before the battle", "Before the Battle"),
        ("deep house after midnight, warm bass", "After Midnight"),
    ],
)
def test_a_title_keeps_words_together_that_belong_together(prompt: str, title: str) -> None:
    assert reading(prompt).title == title
