"""The backing: who plays chords, arpeggios, pads and second lines over the harmony of a song."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from inference.engines.composer.reading.reader import Reading
from inference.engines.composer.score import Clock, Meter, Note, Role, Span
from inference.engines.composer.theory import Chord
from inference.engines.composer.writing import accompaniment, styles
from inference.engines.composer.writing.arrangement import Player, plays


class Backing:
    """What is shared by the players behind the lead; `chords` end with the one that rings."""

    def __init__(
        self,
        reading: Reading,
        meter: Meter,
        clock: Clock,
        chords: Sequence[Chord],
        spans: tuple[Span, ...],
        rng: Callable[[str], random.Random],
    ) -> None:
        self._reading = reading
        self._meter = meter
        self._tempo = clock.tempo
        self._chords = chords
        self._last = chords[-1]
        self._spans = spans
        self._rng = rng
        self._voiced: accompaniment.Voices | None = None

    def play(self, player: Player, heard: Sequence[Span], lead: Sequence[Note]) -> list[Note]:
        """The player's notes in the sections in which it is `heard`."""
        doubled = {"double": -2, "double high": 7}.get(player.part.style)
        if doubled:
            return self._doubled(heard, lead, doubled)
        if player.role is Role.PADS:
            return self._pads(player, heard)
        if player.role is Role.COUNTER and player.part.style != "horn stabs":
            return self._counter(player, heard, lead)
        return self._comp(player, heard)

    def _comp(self, player: Player, heard: Sequence[Span]) -> list[Note]:
        source = styles.ARPS if player.role is Role.ARP else styles.CHORDS
        style = source.get(player.part.style) or styles.ARPS["arp eight"]
        voices = self._voices(style.center, style.voices, power=style.power)
        notes: list[Note] = []
        for span in heard:
            chosen = accompaniment.pattern_for(style, self._meter, span, self._rng(f"{player.name} {span.theme}"))
            notes += accompaniment.comp(style, self._chords, span, self._meter, voices, chosen, self._tempo)
        return notes + self._final_chord(voices, style) if notes else []

    def _voices(self, center: int, count: int, *, power: bool = False) -> accompaniment.Voices:
        """Voicings that keep clear of the part that was voiced first."""
        if power:
            return accompaniment.Voices(self._chords, center, count, None, power=True)
        voices = accompaniment.Voices(self._chords, center, count, self._voiced)
        self._voiced = self._voiced or voices
        return voices

    def _final_chord(self, voices: accompaniment.Voices, style: styles.Style) -> list[Note]:
        gap = (style.strum or 0.02) * self._tempo / 60 * 1.5
        return [
            Note(self._last.start + i * gap, self._last.duration * 0.85, pitch, min(110, style.velocity + 4))
            for i, pitch in enumerate(voices.at(self._last))
        ]

    def _pads(self, player: Player, heard: Sequence[Span]) -> list[Note]:
        key, style = self._reading.key, player.part.style
        center = {"choir": 62, "slow high": 72, "drone": 52}.get(style, 60)
        if player.instrument and player.instrument.name == "disco strings":
            center = 69
        voices = self._voices(center, 3 if style == "slow high" or self._reading.genre.color == "ninth" else 4)
        notes: list[Note] = []
        for span in heard:
            if style == "drone":
                notes += accompaniment.drone(key, span, self._meter, center)
            else:
                notes += accompaniment.pad(self._chords, span, self._meter, voices, 74)
        if notes and plays(player, self._spans[-1], self._spans, self._reading):
            notes += [Note(self._last.start, self._last.duration * 0.8, p, 70) for p in voices.at(self._last)]
        return notes

    def _counter(self, player: Player, heard: Sequence[Span], lead: Sequence[Note]) -> list[Note]:
        assert player.instrument is not None
        low, high = max(45, player.instrument.low), min(76, player.instrument.high)
        notes: list[Note] = []
        for span in heard:
            rng = self._rng(f"{player.name} {span.start}")
            notes += accompaniment.counter(self._chords, lead, span, self._meter, low, max(high, low + 12), rng)
        return notes

    def _doubled(self, heard: Sequence[Span], lead: Sequence[Note], interval: int) -> list[Note]:
        notes: list[Note] = []
        for span in heard:
            notes += accompaniment.double(lead, span, self._reading.key, self._chords, self._meter, interval)
        return notes
