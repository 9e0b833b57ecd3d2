"""Bands, motifs and moments: every lead has two layers, themes breathe and return changed, choruses land."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from inference.engine import Request
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.instruments import INSTRUMENTS
from inference.engines.composer.playing.drumsynth import hit
from inference.engines.composer.reading.reader import read
from inference.engines.composer.score import Note, Role, Score, Track
from inference.engines.composer.writing import rhythms
from inference.engines.composer.writing.composing import write
from inference.engines.composer.writing.motifs import parsed


def score(genre: str, seconds: float = 90, seed: int = 1, prompt: str = "") -> Score:
    request = Request(prompt, seconds, seed, genre=genre)
    return write(read(request), seconds, str(seed), lambda fraction: None)


def lead(written: Score) -> Track:
    return next(t for t in written.tracks if t.role is Role.LEAD)


def within(notes: tuple[Note, ...], start: float, end: float) -> list[Note]:
    return [n for n in notes if start - 0.01 <= n.start < end - 0.01]


@pytest.mark.parametrize("genre", sorted(GENRES))
def test_leads_and_pads_have_two_layers(genre: str) -> None:
    sounds = {s for part in GENRES[genre].parts if part.role in (Role.LEAD, Role.PADS) for s in part.sounds}

    assert {name for name in sounds if len(INSTRUMENTS[name].layers) < 2} <= {"pulse chip thin"}


@pytest.mark.parametrize("genre", ["pop", "house", "folk", "funk", "cinematic"])
def test_no_two_bands_are_the_same(genre: str) -> None:
    bands = {tuple((t.name, t.instrument) for t in score(genre, 40, seed).tracks) for seed in range(12)}

    assert len(bands) >= 6


def test_one_seed_gives_every_genre_a_melody_of_its_own() -> None:
    melodies = {}
    for genre in ("jazz", "bossa", "metal", "folk", "funk", "celtic", "chiptune", "waltz"):
        notes = lead(score(genre, 60)).notes
        melodies[genre] = tuple(round(b.start - a.start, 2) for a, b in pairwise(notes))[:24]

    assert len(set(melodies.values())) == len(melodies)


def test_idioms_differ_in_where_they_place_notes() -> None:
    def syncopated(idiom: str) -> float:
        onsets = [onset for pattern in rhythms.HALVES[idiom] for onset, _ in parsed(pattern)]
        return sum(onset % 4 != 0 for onset in onsets) / len(onsets)

    assert syncopated("funk") > syncopated("song") > syncopated("broad")
    assert all(len(pattern) == 8 for bank in rhythms.HALVES.values() for pattern in bank)
    assert all(len(pattern) == 12 for bank in (*rhythms.THREES.values(), *rhythms.SIXES.values()) for pattern in bank)


@pytest.mark.parametrize("genre", ["pop", "folk", "jazz", "soul", "ballad", "blues", "reggae", "synthwave"])
def test_melodies_breathe_between_phrases(genre: str) -> None:
    written = score(genre, 90)
    notes = lead(written).notes

    longest = run = 0.0
    for note, following in pairwise(notes):
        gap = following.start - note.start - note.duration
        run = 0.0 if gap >= 0.4 else run + following.start - note.start
        longest = max(longest, run)
    assert longest <= 8 * written.meter.beats


def test_harmony_of_a_section_returns_with_a_bar_changed() -> None:
    changed = []
    for seed in range(6):
        written = score("pop", 150, seed)
        beats = written.meter.beats
        loops: dict[str, list[tuple[str, ...]]] = {}
        for span in (s for s in written.spans if s.theme in "AB"):
            bars = [
                tuple(c.symbol for c in written.chords if bar * beats <= c.start < (bar + 1) * beats)
                for bar in range(span.start, span.end)
            ]
            loop = loops.setdefault(span.theme, bars[:4])
            different = sum(bar != loop[index % 4] for index, bar in enumerate(bars))
            assert different <= 1 + span.bars // 8
            if span.turn:
                changed.append(different > 0)

    assert sum(changed) / len(changed) >= 0.5


def test_the_band_stops_before_a_drop_and_the_lead_sings_on() -> None:
    heard = 0
    for seed in range(6):
        written = score("house", 120, seed)
        for before, span in pairwise(written.spans):
            if span.theme != "B" or span.intensity < before.intensity + 0.15 or before.bars < 4:
                continue
            joint = span.start * written.meter.beats
            inside = [t for t in written.tracks if within(t.notes, joint - 2, joint) and t.role is not Role.LEAD]
            ringing = [
                n for t in written.tracks if t.role is not Role.LEAD for n in t.notes if n.start < joint - 2.01 and
                n.start + n.duration > joint - 1.9 and not t.kit
            ]  # fmt: skip
            heard += not ringing and all(n.pitch in (27, 28) for t in inside for n in within(t.notes, joint - 2, joint))
    assert heard >= 4


def test_ambient_rests_on_the_tonic() -> None:
    written = score("ambient", 120, 3)
    bass = next(t for t in written.tracks if t.role is Role.BASS)

    home = sum(n.duration for n in bass.notes if n.pitch % 12 == written.key.tonic)
    assert home / sum(n.duration for n in bass.notes) >= 0.7


@pytest.mark.parametrize("genre", ["rock", "metal"])
def test_driven_guitars_play_no_thirds(genre: str) -> None:
    written = score(genre, 60, 2)
    driven = [t for t in written.tracks if t.instrument.startswith(("overdrive", "distortion"))]

    assert driven
    for track in driven:
        by_moment: dict[float, set[int]] = {}
        for note in track.notes:
            by_moment.setdefault(note.start, set()).add(note.pitch)
        assert all((high - low) % 12 in (0, 5, 6, 7) for p in by_moment.values() for low, high in pairwise(sorted(p)))


@pytest.mark.parametrize("genre", ["bossa", "pop", "folk"])
@pytest.mark.parametrize("seconds", [45, 60, 75])
def test_openings_do_not_keep_one_waiting(genre: str, seconds: float) -> None:
    for seed in range(4):
        written = score(genre, seconds, seed)
        sings = min(n.start for n in lead(written).notes)

        assert sings <= 6 * written.meter.beats


@pytest.mark.parametrize("kit", ["standard", "room", "jazz", "brush", "power"])
def test_toms_of_a_kit_do_not_drown_its_snare(kit: str) -> None:
    def strength(key: int) -> float:
        sound = hit(kit, key, 0)[:8820]
        return float(20 * np.log10(np.sqrt(np.square(sound).mean())))

    assert strength(45) - strength(38) < 6
    assert strength(36) - strength(38) < 12
