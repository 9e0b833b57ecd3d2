"""The vocal part's promises: all the words, on beats where they belong, in a voice's range, in sections that return."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import pytest

from inference.engine import EngineError, Request
from inference.engines.composer.reading.reader import read
from inference.engines.composer.score import Role, Score, Span, Vocal, VocalNote
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.prosody import strength
from inference.engines.composer.writing.song import song
from inference.lyrics import parse
from inference.singing.model import CannotBeSung
from inference.singing.voices import VOICES

LYRICS = """[verse]
I packed my bag before the morning came
The kitchen light was burning like a flame
My mother's hands were folded on the door
She said you don't live here anymore

[chorus]
So carry me home, carry me home
Over the river and over the stone
If I get lost on the road that I roam
Carry me, carry me home

[verse]
The train was late, the station nearly bare
I bought a coffee and I combed my hair
A soldier slept beside a window frame
And every field we passed looked just the same

[chorus]

[bridge]
And oh, the years go by
Like swallows in the sky

[chorus]
"""
GENRES = ("pop", "ballad", "rock", "folk", "hiphop", "soul", "dnb", "waltz", "jazz", "blues", "celtic")


@lru_cache(maxsize=64)
def sung(genre: str = "pop", seconds: float = 180, seed: int = 1, lyrics: str = LYRICS, voice: str = "") -> Score:
    score, _ = made(Request("", seconds, seed, instrumental=False, lyrics=lyrics, genre=genre, voice=voice))
    return score


def made(request: Request) -> tuple[Score, tuple[str, ...]]:
    """The score, and what the person is told."""
    words, request, reading = song(request, read(request))
    return write(reading, request.seconds, str(request.seed), lambda fraction: None, song=words), reading.notes


def part(score: Score) -> Vocal:
    assert score.vocal is not None
    return score.vocal


def stress(vocal: Vocal, note: VocalNote) -> int:
    return vocal.words[note.word].syllables[note.syllable].stress


def syllables(vocal: Vocal) -> list[VocalNote]:
    """The first note of each syllable."""
    firsts = [b for a, b in pairwise(vocal.notes) if (a.word, a.syllable) != (b.word, b.syllable)]
    return [vocal.notes[0], *firsts]


def inside(score: Score, span: Span) -> list[VocalNote]:
    """A section's notes, its upbeat not counted."""
    beats = score.meter.beats
    return [n for n in part(score).notes if span.start * beats - 1e-6 <= n.start < span.end * beats - 1.5]


def line(score: Score, span: Span) -> set[tuple[float, int]]:
    return {(round(n.start - span.start * score.meter.beats, 3), n.pitch) for n in inside(score, span)}


def height(score: Score, span: Span) -> float:
    notes = inside(score, span)
    return sum(n.pitch for n in notes) / len(notes)


@pytest.mark.parametrize("genre", GENRES)
def test_every_word_is_sung_once_in_order(genre: str) -> None:
    vocal = part(sung(genre))

    expected = [word.text for sung_line in parse(LYRICS).lines for word in sung_line.words]
    texts = [w.text for w in vocal.words]
    assert texts[: len(expected)] == expected
    chorus = " ".join(LYRICS.splitlines()[7:11]).split()
    returns = texts[len(expected) :]
    assert returns == chorus * (len(returns) // len(chorus))
    order = [(n.word, n.syllable) for n in vocal.notes]
    assert order == sorted(order)
    assert set(order) == {(i, s) for i, w in enumerate(vocal.words) for s in range(len(w.syllables))}
    assert all(w.text in LYRICS.splitlines()[n].split() for n, w in zip(vocal.lines, vocal.words, strict=True))


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("seconds", [30, 75, 180])
def test_notes_follow_each_other_within_the_song_and_are_singable(genre: str, seconds: float) -> None:
    score = sung(genre, seconds)
    sheet = score.sheet()

    assert sheet is not None
    assert sheet.notes[0].start > 0.2
    for before, note in pairwise(sheet.notes):
        assert before.start + before.duration <= note.start + 1e-6
    assert sheet.notes[-1].start + sheet.notes[-1].duration <= score.clock.seconds(score.final_beat) + 1.5
    assert max(n.duration for n in sheet.notes) <= 2.6
    starts = [score.clock.seconds(n.start) for n in syllables(part(score))]
    assert min(b - a for a, b in pairwise(starts)) >= 0.1
    # Six syllables a second, over any six of them.
    assert min(b - a for a, b in zip(starts, starts[6:], strict=False)) >= 0.9


def test_stressed_syllables_fall_on_strong_beats_and_are_longer() -> None:
    strong: dict[bool, list[bool]] = {True: [], False: []}
    lengths: dict[bool, list[float]] = {True: [], False: []}
    for genre in GENRES:
        score = sung(genre)
        vocal = part(score)
        for note in syllables(vocal):
            stressed = stress(vocal, note) == 2
            strong[stressed].append(strength(score.meter, round(note.start * 4)) >= 0.6)
            lengths[stressed].append(note.duration * 60 / score.clock.tempo)

    shares = {k: sum(v) / len(v) for k, v in strong.items()}
    assert shares[True] >= 0.7
    assert shares[True] - shares[False] >= 0.4
    means = {k: sum(v) / len(v) for k, v in lengths.items()}
    assert means[True] >= 1.3 * means[False]


@pytest.mark.parametrize("genre", GENRES)
def test_lines_end_with_a_breath(genre: str) -> None:
    score = sung(genre)
    vocal = part(score)
    at = score.clock.seconds

    gaps = [
        at(b.start) - at(a.start + a.duration)
        for a, b in pairwise(vocal.notes)
        if vocal.lines[a.word] != vocal.lines[b.word]
    ]
    assert min(gaps) >= 0.1
    assert sorted(gaps)[len(gaps) // 4] >= 0.19


@pytest.mark.parametrize("voice", sorted(VOICES))
@pytest.mark.parametrize("genre", ["pop", "metal", "bossa"])
@pytest.mark.parametrize("seed", [1, 2])
def test_melody_stays_in_the_voice_and_moves_by_small_steps(voice: str, genre: str, seed: int) -> None:
    vocal = part(sung(genre, 75, seed, voice=voice))

    pitches = [n.pitch for n in vocal.notes]
    assert VOICES[voice].low <= min(pitches)
    assert max(pitches) <= VOICES[voice].high
    assert 5 <= max(pitches) - min(pitches) <= 13
    leaps = [abs(b - a) for a, b in pairwise(pitches)]
    assert sum(leap > 7 for leap in leaps) <= 0.03 * len(leaps)
    assert max(leaps) <= 12
    assert sum(1 <= leap <= 4 for leap in leaps) >= 0.4 * len(leaps)


@pytest.mark.parametrize("genre", GENRES)
def test_sections_that_return_keep_their_melody_and_the_chorus_lies_higher(genre: str) -> None:
    score = sung(genre)
    spans = [s for s in score.spans if inside(score, s)]
    choruses = [s for s in spans if s.theme == "B"]
    verses = [s for s in spans if s.theme == "A"]

    first = line(score, choruses[0])
    for other in choruses[1:]:
        assert len(first & line(score, other)) / len(first) >= 0.75
    verse = line(score, verses[0])
    kept = len(verse & line(score, verses[1])) / len(verse)
    assert kept >= 0.35
    assert kept > len(verse & first) / len(verse)
    means = [
        sum(n.pitch for n in notes) / len(notes) for notes in (inside(score, choruses[0]), inside(score, verses[0]))
    ]
    assert means[0] > means[1] + 1


@pytest.mark.parametrize("genre", GENRES)
def test_long_notes_belong_to_the_chord(genre: str) -> None:
    score = sung(genre)
    held = [n for n in part(score).notes if n.duration >= 1]

    fitting = [
        any(n.pitch % 12 in c.tones for c in score.chords if n.start - c.duration < c.start < n.start + 0.6)
        for n in held
    ]
    assert sum(fitting) / len(fitting) >= 0.8


def test_words_lie_in_their_sections() -> None:
    score = sung("pop")
    vocal, beats = part(score), score.meter.beats
    kinds = {}
    kind = ""
    for number, text in enumerate(LYRICS.splitlines()):
        kind = text.strip("[]") if text.startswith("[") else kind
        kinds[number] = kind

    for note in vocal.notes:
        name = kinds[vocal.lines[note.word]]
        # An upbeat may come before its section.
        assert any(s.name == name and s.start * beats - 1.6 <= note.start < s.end * beats for s in score.spans)


@pytest.mark.parametrize("seconds", [10, 33.3, 61, 240])
def test_the_form_fills_the_time(seconds: float) -> None:
    score = sung("folk", seconds)

    ends = score.clock.seconds(score.final_beat)
    bar = score.meter.beats * 60 / score.clock.tempo
    assert 1.2 <= seconds - ends <= 2.6 + bar
    assert [s.start for s in score.spans[1:]] == [s.end for s in score.spans[:-1]]
    assert score.spans[-1].end == score.bars


def test_the_same_request_is_sung_the_same_and_another_seed_differently() -> None:
    request = Request("", 60, 5, instrumental=False, lyrics=LYRICS, genre="soul")

    once, again = made(request)[0], made(request)[0]
    other = sung("soul", 60, 6)
    assert once == again
    assert [n.pitch for n in part(once).notes] != [n.pitch for n in part(other).notes]


def test_the_lead_rests_while_the_voice_sings() -> None:
    for genre in ("pop", "jazz", "funk", "house"):
        score = sung(genre)
        last = [s for s in score.spans if s.theme == "B"][-1].start * score.meter.beats
        for track in (t for t in score.tracks if t.role is Role.LEAD):
            for note in (n for n in track.notes if n.start < last):
                assert not any(
                    v.start < note.start + note.duration - 0.05 and note.start < v.start + v.duration
                    for v in part(score).notes
                )


def test_what_is_sung_is_in_the_score_for_others() -> None:
    score = sung()
    shown = score.as_json()

    (track,) = [t for t in shown["tracks"] if t["stem"] == "vocals"]
    vocal = part(score)
    assert [n["pitch"] for n in track["notes"]] == [n.pitch for n in vocal.notes]
    assert [w["text"] for w in shown["vocal"]["words"]] == [w.text for w in vocal.words]
    assert [w["line"] for w in shown["vocal"]["words"]] == list(vocal.lines)
    assert shown["vocal"]["doubled"]


def test_five_thousand_words_for_twenty_seconds_are_sung_as_far_as_they_go() -> None:
    lyrics = "\n".join(f"we sing the words of line number {n}" for n in range(700))
    score, notes = made(Request("", 20, 1, instrumental=False, lyrics=lyrics, genre="pop"))

    vocal = part(score)
    lines = list(dict.fromkeys(vocal.lines))
    assert 2 <= len(lines) <= 20
    assert lines == list(range(len(lines)))
    words = [w.text for w in vocal.words]
    assert words == [w for text in lyrics.splitlines()[: len(lines)] for w in text.split()]
    assert any("longer than 20 seconds" in note and words[-1] in note for note in notes)


def test_prose_in_one_line_is_sung_in_breaths() -> None:
    lyrics = "and so we went on and on, over the hills and into the town " * 400
    score, notes = made(Request("", 20, 1, instrumental=False, lyrics=lyrics, genre="folk"))

    vocal = part(score)
    assert [w.text for w in vocal.words] == lyrics.split()[: len(vocal.words)]
    assert any("longer than" in note for note in notes)


def test_one_word_for_four_minutes_is_a_hook() -> None:
    score, notes = made(Request("", 240, 1, instrumental=False, lyrics="Love", genre="pop"))
    vocal = part(score)

    assert {w.text for w in vocal.words} == {"Love"}
    assert 4 <= len(vocal.words) <= 60
    assert not any("longer" in note for note in notes)
    silent = [s for s in score.spans if not inside(score, s)]
    assert sum(s.bars for s in silent) >= 0.3 * score.bars
    assert any(t.role is Role.LEAD and len(t.notes) > 40 for t in score.tracks)


@pytest.mark.parametrize("lyrics", ["🎉🔥", "https://example.org/a", "[verse]\n[chorus]\n", "…", " \n. \n"])
def test_lyrics_without_words_are_refused_clearly(lyrics: str) -> None:
    with pytest.raises(EngineError, match="no words"):
        made(Request("", 30, 1, instrumental=False, lyrics=lyrics))


def test_emoji_and_addresses_among_words_are_left_out_and_said() -> None:
    score, notes = made(Request("", 30, 1, instrumental=False, lyrics="I love ❤️ you\nsee http://a.example/ tonight"))

    assert [w.text for w in part(score).words][:5] == ["I", "love", "you", "see", "tonight"]
    assert any("web addresses" in note for note in notes)


def test_a_script_without_pronunciation_is_refused_with_what_helps() -> None:
    with pytest.raises(CannotBeSung, match="Latin letters"):
        made(Request("", 30, 1, instrumental=False, lyrics="สวัสดีชาวโลก"))


@pytest.mark.parametrize(
    ("language", "lyrics"),
    [
        ("de", "Ich geh allein durch die Straßen\nUnd keiner fragt mich, wohin"),
        ("fr", "Sous le ciel de Paris\nTout s'envole"),
        ("es", "Quiero volver a la casa\nDonde nací una mañana"),
        ("ru", "Я иду домой по снегу"),
        ("zh", "我爱你\n你爱我"),
    ],
)
def test_the_language_is_guessed_and_sung(language: str, lyrics: str) -> None:
    vocal = part(made(Request("", 30, 1, instrumental=False, lyrics=lyrics))[0])

    assert vocal.language == language
    assert len(vocal.words) >= 2


@pytest.mark.parametrize("seconds", [10, 30, 60, 150])
def test_without_lyrics_there_are_some_of_our_own_that_fit(seconds: float) -> None:
    request = Request("folk about the sea", seconds, 1, instrumental=False)
    words, written, reading = song(request, read(request))

    assert words is not None
    assert any("written by the composer" in note for note in reading.notes)
    assert not words.plan.shortened
    texts = written.lyrics.splitlines()
    assert all(
        w.text in texts[line.number] for own in words.plan.phrases for p in own for line in [p.line] for w in line.words
    )


def test_our_own_lyrics_are_about_what_the_prompt_says() -> None:
    request = Request("a song about my cat Leopold", 90, 1, instrumental=False)
    _, written, _ = song(request, read(request))

    assert "Leopold" in written.lyrics
    assert song(request, read(request))[1].lyrics == written.lyrics


@pytest.mark.parametrize(
    ("prompt", "voices"),
    [
        ("pop with female vocals", ("willow", "wren")),
        ("rock, male vocals", ("oak", "reed")),
        ("blues with a deep male voice", ("oak",)),
        ("Popsong mit Frauenstimme", ("willow", "wren")),
        ("Ballade, tiefe Männerstimme", ("oak",)),
        ("chanson, voix de femme", ("willow", "wren")),
        ("bolero con voz masculina", ("oak", "reed")),
        ("dream pop, breathy vocals", ("willow",)),
        ("aria for soprano", ("wren",)),
        ("tenor and piano", ("reed",)),
    ],
)
def test_the_prompt_chooses_the_voice(prompt: str, voices: Sequence[str]) -> None:
    for seed in range(4):
        vocal = part(made(Request(prompt, 20, seed, instrumental=False, lyrics="la la la"))[0])
        assert vocal.voice in voices


def test_a_voice_that_was_named_sings_and_an_unknown_one_is_refused() -> None:
    assert part(sung("pop", 30, voice="oak")).voice == "oak"
    with pytest.raises(EngineError, match="oak"):
        sung("pop", 30, voice="caruso")
