"""The vocal part: every phrase of the text set to rhythm and pitch, sections that return keeping their melody."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inference.engines.composer.genres.base import Genre
from inference.engines.composer.score import Clock, Meter, Span, Vocal, VocalNote
from inference.engines.composer.theory import Chord, Key, nearest_step, scale_pitch
from inference.engines.composer.writing import prosody
from inference.engines.composer.writing.melody import BASE, chord_at
from inference.engines.composer.writing.prosody import CLOSING, LAST, LET_GO, LONGEST, PICKUP, Beat, Grid
from inference.engines.composer.writing.vocal_form import Phrase, SungPlan
from inference.engines.composer.writing.vocal_melody import (
    Surroundings,
    Tone,
    VocalTheme,
    pitches,
    vocal_themes,
)
from inference.singing.model import SpokenWord
from inference.singing.voices import Voice

_LEAD_IN = 0.35
"""Seconds before the first syllable of the song, for its consonants."""
_BREATH = 0.28
"""Seconds of rest at the end of a phrase."""
_FEW = 2
"""Syllables; a phrase with no more sings each line its own way."""
_FLOURISHES = {"soul": 0.4, "blues": 0.35, "celtic": 0.35, "ballad": 0.3, "latin": 0.25, "jazz": 0.25, "bossa": 0.2,
    "country": 0.25, "folk": 0.2, "reggae": 0.2}  # fmt: skip
"""How likely a long stressed syllable turns through more than one note, where it is not rare."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the vocal is written into."""

    plan: SungPlan
    genre: Genre
    key: Key
    meter: Meter
    clock: Clock
    chords: tuple[Chord, ...]
    final: float
    """The beat on which the last chord lands."""


@dataclass(slots=True)
class _Memory:
    """What returning sections take up: places and pitches by kind and place, and by kind and role."""

    places: dict[tuple[str, object], list[int]] = field(default_factory=dict)
    tunes: dict[tuple[str, object], dict[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Written:
    words: list[SpokenWord] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    notes: list[VocalNote] = field(default_factory=list)


def vocal(frame: Frame, voice: Voice, language: str, seed: str) -> Vocal:
    """The vocal part for the frame's phrases, in the voice's range."""
    rng = random.Random(f"{seed}:vocal themes")  # noqa: S311 - music, not secrets
    center = _center(voice, frame.key, frame.genre.energy)
    rate = 1.7 + 2.0 * frame.genre.melody.density
    themes = vocal_themes(frame.genre.melody, frame.meter, center, rate, seed, rng)
    memory, written = _Memory(), _Written()
    phrases = [(span, p) for span, own in zip(frame.plan.plan.spans, frame.plan.phrases, strict=True) for p in own]
    for index, (span, phrase) in enumerate(phrases):
        following = phrases[index + 1][1] if index + 1 < len(phrases) else None
        theme = themes.get(span.theme, themes["A"])
        chance = random.Random(f"{seed}:vocal {index}")  # noqa: S311
        _Setter(frame, theme, memory, written, chance).set(span, phrase, following)
    doubled = tuple(
        (span.start * frame.meter.beats, span.end * frame.meter.beats)
        for span, own in zip(frame.plan.plan.spans, frame.plan.phrases, strict=True)
        if own and span.theme == "B" and span.intensity >= 0.6
    )
    notes = _clear(written, frame.clock)
    return Vocal(voice.name, language, tuple(written.words), tuple(written.lines), notes, doubled)


def _clear(written: _Written, clock: Clock) -> tuple[VocalNote, ...]:
    """The notes, none over the next; where another line begins, with a breath before it."""
    notes: list[VocalNote] = []
    for note, following in zip(written.notes, [*written.notes[1:], None], strict=True):
        if following is None:
            notes.append(note)
            continue
        gap = following.start - note.start
        breath = _BREATH * clock.tempo / 60 if written.lines[note.word] != written.lines[following.word] else 0.0
        notes.append(replace(note, duration=min(note.duration, max(0.5 * gap, gap - breath))))
    return tuple(notes)


def _center(voice: Voice, key: Key, energy: float) -> int:
    """Where verses lie: low, for words to be understood and the chorus to rise, which lies on a note of the key."""
    wanted = voice.low + 5 + 2.0 * energy
    home = {key.tonic: 0.0, (key.tonic + 7) % 12: 0.3, key.scale[2]: 0.6}
    options = range(voice.low + 5, max(voice.low + 6, voice.high - 8))
    return min(options, key=lambda p: abs(p - wanted) + home.get((p + 3) % 12, 1.6))


@dataclass(frozen=True, slots=True)
class _Setter:
    """Sets one phrase."""

    frame: Frame
    theme: VocalTheme
    memory: _Memory
    written: _Written
    chance: random.Random

    def set(self, span: Span, phrase: Phrase, following: Phrase | None) -> None:
        beats = prosody.beats_of(phrase.line.words)
        role = "c" if phrase.last and phrase.place > 0 and span.theme == "B" else self.theme.role(phrase.place)
        exact, alike = (span.theme, phrase.place), (span.theme, role)
        like = self.memory.places.get(exact) or self.memory.places.get(alike) or []
        grid = self._grid(phrase, following)
        places, grid = self._placed(beats, grid, like)
        start = phrase.bar * self.frame.meter.beats
        tones = self._tones(beats, places, grid, start, closing=phrase.last)
        tune = self.memory.tunes.get(exact) or {}
        if len(beats) > _FEW:
            tune = tune or self.memory.tunes.get(alike) or {}
        around = self._surroundings(span, phrase, role)
        chosen = pitches(tones, self.theme, around, tune)
        for key in (exact, alike):
            self.memory.places.setdefault(key, places)
            self.memory.tunes.setdefault(key, dict(zip(places, chosen, strict=True)))
        self._write(span, phrase, beats, tones, chosen)

    def _grid(self, phrase: Phrase, following: Phrase | None) -> Grid:
        """The room of the phrase: its bars, less the upbeat of the next, and what the one before left of its own."""
        meter, at = self.frame.meter, self.frame.clock.seconds
        start = phrase.bar * meter.beats
        length = phrase.bars * meter.steps
        times = tuple(at(max(0.0, start + s / 4)) + min(0.0, start + s / 4) for s in range(-PICKUP, length + 1))
        step = (times[-1] - times[0]) / (len(times) - 1)
        end = length
        if following and following.bar == phrase.bar + phrase.bars:
            end -= min(PICKUP, _upbeat(following) * (2 if step > 0.1 else 3))
        rest = max(1, round(0.5 / step))
        last = self.written.notes[-1] if self.written.notes else None
        free = at(last.start) + 0.25 + _BREATH if last else _LEAD_IN
        first = next((s for s in range(-PICKUP, length) if times[s + PICKUP] >= free), 0)
        return Grid(meter, times, first, max(first, end - rest), end)

    def _placed(self, beats: Sequence[Beat], grid: Grid, like: Sequence[int]) -> tuple[list[int], Grid]:
        """Where the syllables fall, and the room they needed: all of the bars when they are many."""
        feel = self.theme.feel
        try:
            return prosody.place(beats, grid, feel, like), grid
        except ValueError:
            length = len(grid.times) - PICKUP - 1
            loose = Grid(grid.meter, grid.times, grid.first, length - 1, length)
        try:
            return prosody.place(beats, loose, feel, like), loose
        except ValueError:
            return prosody.squeezed(beats, loose), loose

    def _tones(
        self, beats: Sequence[Beat], places: Sequence[int], grid: Grid, start: float, *, closing: bool
    ) -> list[Tone]:
        """Onsets with the length each is held: to the next, but not over a breath."""
        tones: list[Tone] = []
        at = self.frame.clock.seconds
        for index, (beat, place) in enumerate(zip(beats, places, strict=True)):
            onset = start + place / 4
            last = index == len(beats) - 1
            until = start + (grid.end if last else places[index + 1]) / 4
            room = until - onset
            seconds = at(until) - at(onset)
            breath = min(_BREATH, 0.4 * seconds) if last else min(0.2, 0.3 * seconds) if beat.pause else 0.0
            longest = (CLOSING if closing else LAST) if last else _longest(beat)
            held = min(seconds - breath, longest)
            tones.append(Tone(onset, place, room * min(1.0, max(0.05, held) / seconds), beat.stress, last))
        return tones

    def _surroundings(self, span: Span, phrase: Phrase, role: str) -> Surroundings:
        count = max(1, sum(1 for p in self.frame.plan.phrases[self._index(span)]))
        style = self.frame.genre.melody
        return Surroundings(
            self.frame.key, self.frame.meter, self.frame.chords, phrase.bars, role,
            max(0.0, 1 - abs(2 * (phrase.place + 0.5) / count - 1.25)), phrase.last,
            style.blue, style.pentatonic, self.written.notes[-1].pitch if self.written.notes else None,
        )  # fmt: skip

    def _index(self, span: Span) -> int:
        return self.frame.plan.plan.spans.index(span)

    def _write(
        self, span: Span, phrase: Phrase, beats: Sequence[Beat], tones: Sequence[Tone], chosen: Sequence[int]
    ) -> None:
        first = len(self.written.words)
        self.written.words += phrase.line.words
        self.written.lines += [phrase.line.number] * len(phrase.line.words)
        for index, (beat, tone, pitch) in enumerate(zip(beats, tones, chosen, strict=True)):
            level = 72 + 24 * span.intensity + 5 * tone.stress - (18 if phrase.line.soft[beat.word] else 0)
            velocity = round(min(122, max(36, level)))
            following = chosen[index + 1] if index + 1 < len(chosen) else None
            for offset, length, step in self._turned(tone, pitch, following, alone=len(beats) <= _FEW):
                self.written.notes.append(
                    VocalNote(tone.beat + offset, length, step, velocity, first + beat.word, beat.syllable)
                )

    def _turned(self, tone: Tone, pitch: int, following: int | None, *, alone: bool) -> list[tuple[float, float, int]]:
        """The syllable's notes: one, or on some long ones a turn that ends on it."""
        seconds = tone.duration * 60 / self.frame.clock.tempo
        likely = 0.6 if alone else _FLOURISHES.get(self.frame.genre.name, 0.06)
        if not tone.stress or seconds < 0.75 or self.chance.random() > likely:
            return [(0.0, tone.duration, pitch)]
        key = self.frame.key
        up = following is None or following <= pitch
        neighbour = scale_pitch(key, nearest_step(key, pitch, BASE) + (1 if up else -1), BASE)
        chord = chord_at(self.frame.chords, tone.beat)
        if not self.theme.low <= neighbour <= self.theme.high or abs(neighbour - pitch) > 2:
            return [(0.0, tone.duration, pitch)]
        part = min(0.5, tone.duration / 3)
        if pitch % 12 in chord.tones and seconds > 1.1 and self.chance.random() < 0.5:
            return [
                (0.0, part, pitch),
                (part, part, neighbour),
                (2 * part, tone.duration - 2 * part, pitch),
            ]
        return [(0.0, part, neighbour), (part, tone.duration - part, pitch)]


def _longest(beat: Beat) -> float:
    """Seconds that a syllable within a line is held at most; a word is not torn apart, weak syllables are shorter."""
    if not beat.stress:
        return 0.9
    return LET_GO if beat.ends else LONGEST


def _upbeat(phrase: Phrase) -> int:
    """How many syllables come before the first stressed one."""
    count = 0
    for word in phrase.line.words:
        for syllable in word.syllables:
            if syllable.stress == 2:
                return count
            count += 1
    return 0
