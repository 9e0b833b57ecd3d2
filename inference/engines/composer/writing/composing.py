"""Composing: a reading becomes a score."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from inference.engines.composer.chance import well
from inference.engines.composer.reading.reader import Reading
from inference.engines.composer.score import Clock, Note, Role, Score, Span, Track, Vocal
from inference.engines.composer.theory import Chord, nearest
from inference.engines.composer.ticks import Tick
from inference.engines.composer.writing import (
    accompaniment,
    bass,
    drums,
    fills,
    form,
    harmony,
    leads,
    melody,
    motifs,
    stops,
    styles,
    vocals,
)
from inference.engines.composer.writing.arrangement import Player, players, plays
from inference.engines.composer.writing.backing import Backing
from inference.engines.composer.writing.grooves import GROOVES, MIDI
from inference.engines.composer.writing.sketch import Sketch
from inference.engines.composer.writing.song import Song


class Composing:
    """One song being written; every part draws from its own well of chance, so that parts do not disturb each other."""

    def __init__(
        self, reading: Reading, seconds: float, seed: str, sketch: Sketch | None, song: Song | None = None
    ) -> None:
        self.reading = reading
        self.genre = reading.genre
        self.meter = reading.meter
        self.seconds = seconds
        self._seed = seed
        quarter = reading.tempo * self.meter.pulse
        self._sketch = sketch
        self._song = song
        self.plan = sketch.shaped(self._plan(quarter)) if sketch else self._plan(quarter)
        self.final = self.plan.bars * self.meter.beats
        self.clock = self._clock(quarter)
        settled = sketch.harmony(self.plan.spans, self.meter) if sketch else None
        body = settled or self._harmony()
        self.last = harmony.last_chord(self.genre, reading.key, self.final, self._ring())
        self.chords = (*body, self.last)
        self.vocal = self._sung() if song else sketch.vocal if sketch else None
        self.lead: list[Note] = []
        self._backing = Backing(reading, self.meter, self.clock, self.chords, self.plan.spans, self.rng)
        self._kit = well(f"{self._band_seed()}:kit").choice((self.genre.kit, *self.genre.kits))

    def _plan(self, quarter: float) -> form.Plan:
        if self._song:
            return self._song.plan.plan
        if self._sketch and self._sketch.plan:
            return self._sketch.plan
        wish = self.reading.shape
        return form.plan(
            self.genre.form, self.seconds, quarter, self.meter, self.reading.energy, self.rng("form"), wish
        )

    def _sung(self) -> Vocal:
        assert self._song is not None
        frame = vocals.Frame(
            self._song.plan, self.genre, self.reading.key, self.meter, self.clock, self.chords, self.final
        )
        return vocals.vocal(frame, self._song.voice, self._song.text.language, self._seed)

    def _harmony(self) -> tuple[Chord, ...]:
        key = self.reading.key
        themes = harmony.progressions(self.genre, key, self.rng("harmony"), settled=self.reading.key_asked)
        return harmony.chords(self.plan.spans, themes, self.genre, key, self.meter, self.rng("cadence"))

    def rng(self, purpose: str) -> random.Random:
        """A generator of chance for one purpose of this song."""
        return well(f"{self._seed}:{purpose}")

    def _band_seed(self) -> str:
        return self._sketch.band if self._sketch and self._sketch.band else self._seed

    def _clock(self, quarter: float) -> Clock:
        swing = self.genre.swing if self.meter.name in ("4/4", "2/4") else 0.5
        bar = self.meter.beats
        ring = self.seconds - self.final * 60 / quarter
        slow = min(self.genre.rubato * (0.4 if self.reading.energy > 0.6 else 1.0), max(0.0, ring - 1.6))
        if slow <= 0.05 or self.plan.bars < 4:
            return Clock(quarter, swing, self.genre.swing_unit)
        return Clock(quarter, swing, self.genre.swing_unit, self.final - bar, self.final, slow)

    def _ring(self) -> float:
        seconds = self.seconds - self.clock.seconds(self.final)
        return max(0.5, seconds * self.clock.tempo / 60.0)

    def score(self, tick: Tick) -> Score:
        """The finished score; `tick` is told the fraction written."""
        band = players(self.reading, well(f"{self._band_seed()}:band"))
        order = sorted(range(len(band)), key=lambda i: band[i].role is not Role.LEAD)
        tracks: dict[int, Track] = {}
        for done, index in enumerate(order):
            tracks[index] = self._track(band[index])
            tick((done + 1) / len(order))
        silences = stops.stops(self.plan.spans, self.genre.form, self.meter, self.rng("stops"))
        written = tuple(stops.stopped(tracks[i], silences) for i in range(len(band)) if tracks[i].notes)
        return Score(
            self.seconds,
            self.reading.key,
            self.meter,
            self.clock,
            self.plan.bars,
            self.plan.spans,
            self.chords,
            written,
            self.final,
            self.vocal,
        )

    def _track(self, player: Player) -> Track:
        notes = self._notes(player)
        part, mix = player.part, self.genre.mix
        drums_level = mix.drums if part.role is Role.DRUMS else 0.0
        instrument = player.instrument
        desk = well(f"{self._band_seed()}:desk:{player.name}")
        # The same band never stands on the same spot twice; what leads and what carries stays where it belongs.
        free = part.role not in (Role.LEAD, Role.BASS, Role.DRUMS)
        side = -1 if well(f"{self._band_seed()}:desk").random() < 0.5 else 1
        return Track(
            player.name,
            part.role,
            instrument.name if instrument else self._kit,
            instrument.layers if instrument else (),
            tuple(sorted(notes, key=lambda n: (n.start, n.pitch))),
            "" if instrument else self._kit,
            part.level + drums_level + (instrument.gain_db if instrument else 0.0) + free * desk.uniform(-1.2, 0.8),
            round(part.pan * side * (desk.uniform(0.8, 1.15) if free else 1.0), 3),
            round(part.send * desk.uniform(0.85, 1.2), 3),
            self.genre.human,
            0.5 if self.genre.melody.blue else 0.12,
        )

    def _notes(self, player: Player) -> list[Note]:
        writers: dict[Role, Callable[[Player], list[Note]]] = {
            Role.LEAD: self._lead, Role.BASS: self._bass, Role.DRUMS: self._drums, Role.PERCUSSION: self._drums,
        }  # fmt: skip
        write = writers.get(player.role)
        notes = write(player) if write else self._backing.play(player, self._heard(player), self.lead)
        if player.instrument:
            low, high = player.instrument.low, player.instrument.high
            notes = [_ranged(n, low, high) for n in notes]
        return notes

    def _heard(self, player: Player) -> list[Span]:
        return [s for s in self.plan.spans if plays(player, s, self.plan.spans, self.reading)]

    def _lead(self, player: Player) -> list[Note]:
        assert player.instrument is not None
        center = min(max(self.genre.melody.center, player.instrument.low + 9), player.instrument.high - 9)
        low, high = max(center - 11, player.instrument.low), min(center + 14, player.instrument.high)
        setting = melody.Setting(self.reading.key, self.meter, self.genre.melody, self.chords, low, high)
        themes = motifs.themes(self.genre.melody, self.meter, center, self.rng("melody"))
        if self._sketch and self._sketch.lead is not None:
            return self._old_melody(self._sketch.lead, center, low, high)
        writers = {"hook": leads.hook, "sparse": leads.sparse}
        for span in self._heard(player):
            write = leads.improvise if span.theme == "s" else writers.get(player.part.style, melody.sing)
            theme = themes.get(span.theme, themes["A"])
            self.lead += write(theme, span, setting, self.rng(f"melody {span.theme} {span.turn}"))
        if self.vocal:
            self.lead = fills.beside(self.lead, self.vocal, self.plan, self.meter, center, self.rng("together"))
        return self._landed(low, high)

    def _old_melody(self, notes: Sequence[Note], center: int, low: int, high: int) -> list[Note]:
        """The melody of the song that is covered, moved by octaves to where the new instrument sings."""
        if notes:
            middle = sum(n.pitch for n in notes) / len(notes)
            shift = 12 * round((center + 2 - middle) / 12)
            self.lead = [Note(n.start, n.duration, n.pitch + shift, n.velocity) for n in notes]
        return self._landed(low, high)

    def _landed(self, low: int, high: int) -> list[Note]:
        """The lead in its range, with a last note on the last chord."""
        self.lead = melody.legible(self.lead, low, high)
        if self.lead:
            last = self.lead[-1].pitch
            pitch = min((nearest(tone, last) for tone in self.last.tones[:2]), key=lambda p: abs(p - last))
            self.lead.append(Note(self.final, self.last.duration * 0.8, pitch, 82))
        return list(self.lead)

    def _bass(self, player: Player) -> list[Note]:
        notes: list[Note] = []
        groove = GROOVES[self.genre.groove]
        center = 35 if player.part.style not in ("cello line", "long", "drone") else 38
        if player.instrument and player.instrument.name == "acid lead":
            center = 40
        for span in self._heard(player):
            rng = self.rng(f"bass {span.theme}")
            if player.part.style == "walking" and self.meter.name in ("4/4", "3/4", "2/4", "5/4"):
                notes += bass.walking(
                    self.chords, span, self.meter, self.reading.key, center + 3, self.rng(f"bass {span.start}")
                )
                continue
            if player.part.style == "drone":
                notes += bass.pedal(self.chords, span, self.meter, self.reading.key, center)
                continue
            style = styles.BASSES.get(player.part.style, styles.BASSES["two"])
            chosen = accompaniment.pattern_for(style, self.meter, span, rng)
            kick = drums.kicks(groove, span, self.meter, self._choice(span))
            notes += bass.line(style, self.chords, span, self.meter, chosen, kick, center)
        if notes:
            notes.append(Note(self.final, self.last.duration * 0.75, nearest(self.last.bass, center), 88))
        return notes

    def _choice(self, span: Span) -> int:
        return self.rng(f"groove {span.theme}").randrange(8)

    def _drums(self, player: Player) -> list[Note]:
        heard = self._heard(player)
        notes: list[Note] = []
        for span in heard:
            if player.part.style != "drums":
                notes += drums.percussion(player.part.style, span, self.meter, self._choice(span))
                continue
            position = self.plan.spans.index(span)
            following = self.plan.spans[position + 1] if position + 1 < len(self.plan.spans) else None
            rng = self.rng(f"drums {span.theme} {span.turn}")
            notes += drums.section(self.genre.groove, span, following, self.meter, self._choice(span), rng)
        if player.part.style == "drums" and self.genre.mix.sweep >= 0.5 and self.genre.form in ("club", "song"):
            notes += drums.transitions(self.plan.spans, self.meter)
        if player.part.style == "drums" and heard and heard[-1] is self.plan.spans[-1]:
            notes += drums.ending(self.genre.groove, self.final, notes)
        return notes


def _ranged(note: Note, low: int, high: int) -> Note:
    pitch = note.pitch
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return note if pitch == note.pitch else Note(note.start, note.duration, pitch, note.velocity)


def write(
    reading: Reading, seconds: float, seed: str, tick: Tick, sketch: Sketch | None = None, song: Song | None = None
) -> Score:
    """The score of `seconds`: of what a `sketch` has settled and, when a `song` is given, of its words."""
    return Composing(reading, seconds, seed, sketch, song).score(tick)


def kick_beats(tracks: Sequence[Track]) -> list[float]:
    """When the kick sounds, for what ducks under it."""
    return sorted({n.start for t in tracks if t.kit for n in t.notes if n.pitch == MIDI["k"]})
