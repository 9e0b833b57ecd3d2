"""Who plays, on what, and when: the genre's parts bent to what was asked for."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from inference.engines.composer.genres.base import Genre, Part
from inference.engines.composer.instruments import CUSHION, HARMONIC, INSTRUMENTS, REQUESTED, Instrument
from inference.engines.composer.reading.reader import Reading
from inference.engines.composer.score import Role, Span

_WITHOUT_ROLES = {"drums": (Role.DRUMS, Role.PERCUSSION), "bass": (Role.BASS,)}
_COLOURS = frozenset({Role.PADS, Role.ARP, Role.COUNTER, Role.PERCUSSION, Role.CHORDS})
_SIGNATURES = frozenset({"power eights", "power held", "chug", "gated", "scratch", "drums", "acid", "dub stabs"})
"""Ways of playing without which a genre would not be itself."""
_SILENT_LEAD = frozenset({"i", "o"})


@dataclass(frozen=True, slots=True)
class Player:
    """A part with its instrument chosen (None for drums)."""

    part: Part
    instrument: Instrument | None
    name: str

    @property
    def role(self) -> Role:
        return self.part.role


def players(reading: Reading, rng: random.Random) -> tuple[Player, ...]:
    """The band: requested instruments take the parts they can play, unwanted ones leave."""
    parts = list(reading.genre.parts)
    parts = [p for p in parts if not _unwanted(p, reading)]
    chosen: dict[int, str] = {}
    for wanted in reading.instruments:
        _seat(wanted, parts, chosen)
    if reading.solo and chosen:
        parts, chosen = _alone(reading.instruments[0], reading.genre)
    avoided = {s for name in reading.without for s in REQUESTED.get(name, ())}
    absent = _absent(parts, chosen, rng)
    result: list[Player] = []
    counts: dict[str, int] = {}
    for index, part in enumerate(parts):
        if index in absent:
            continue
        instrument = None
        if part.sounds or index in chosen:
            options = [s for s in part.sounds if s not in avoided]
            if part.role is Role.LEAD and reading.flavour and index not in chosen and rng.random() < 0.8:
                options = next((list(p.sounds) for p in reading.flavour.parts if p.role is Role.LEAD), options)
            name = chosen.get(index) or (rng.choice(options) if options else "")
            if not name:
                continue
            instrument = INSTRUMENTS[name]
        base = part.role.value
        counts[base] = counts.get(base, 0) + 1
        result.append(Player(part, instrument, base if counts[base] == 1 else f"{base} {counts[base]}"))
    return tuple(result)


def _absent(parts: list[Part], chosen: dict[int, str], rng: random.Random) -> frozenset[int]:
    """Of the parts that only colour a genre some stay away, so that no two bands are the same; one always comes."""
    colours = [
        index
        for index, part in enumerate(parts)
        if part.role in _COLOURS and part.floor >= 0.4 and index not in chosen and part.style not in _SIGNATURES
    ]
    gone = [index for index in colours if rng.random() < 0.3]
    return frozenset(gone if len(gone) < len(colours) else gone[1:])


def _unwanted(part: Part, reading: Reading) -> bool:
    return any(part.role in _WITHOUT_ROLES.get(name, ()) for name in reading.without)


def _seat(wanted: str, parts: list[Part], chosen: dict[int, str]) -> None:
    sounds = REQUESTED.get(wanted)
    if not sounds:
        if wanted == "drums":
            for index, part in enumerate(parts):
                if part.role in (Role.DRUMS, Role.PERCUSSION):
                    parts[index] = replace(part, floor=min(part.floor, 0.3))
        return
    roles: tuple[Role, ...]
    if wanted in CUSHION:
        roles = (Role.PADS, Role.CHORDS, Role.COUNTER)
    elif wanted in HARMONIC:
        roles = (Role.CHORDS, Role.ARP, Role.LEAD)
    else:
        roles = (Role.LEAD, Role.COUNTER)
    for role in roles:
        for index, part in enumerate(parts):
            if part.role is role and index not in chosen and part.style not in ("chug", "power eights"):
                sound = sounds[-1] if role in (Role.LEAD, Role.COUNTER) else sounds[0]
                chosen[index] = sound
                parts[index] = replace(part, floor=min(part.floor, 0.3), ceiling=2.0, level=max(part.level, -4.0))
                return
    parts.append(Part(Role.COUNTER, "counter", (sounds[-1],), -4.0, 0.3, 0.3, 0.4))
    chosen[len(parts) - 1] = sounds[-1]


def _alone(wanted: str, genre: Genre) -> tuple[list[Part], dict[int, str]]:
    """A soloist: both hands of one instrument, or its melody over a quiet cushion when it cannot play chords."""
    sounds = REQUESTED.get(wanted, ("piano",))
    if wanted in HARMONIC:
        style = next((p.style for p in genre.parts if p.role is Role.CHORDS), "broken")
        parts = [
            Part(
                Role.CHORDS,
                style if style in ("fingerpick", "alberti", "broken", "bossa") else "broken",
                (sounds[0],),
                0.0,
                -0.1,
                0.3,
            ),
            Part(Role.LEAD, "melody", (sounds[-1],), 1.0, 0.1, 0.3),
        ]
        return parts, {0: sounds[0], 1: sounds[-1]}
    parts = [
        Part(Role.LEAD, "melody", (sounds[-1],), 1.0, 0.0, 0.4),
        Part(Role.PADS, "held", ("warm pad",), -12.0, 0.0, 0.5),
    ]
    return parts, {0: sounds[-1]}


def plays(player: Player, span: Span, spans: tuple[Span, ...], reading: Reading) -> bool:
    """Whether the player is heard in a section: the arrangement thins, builds and breaks by intensity."""
    part = player.part
    if reading.solo:
        return not (part.role is Role.LEAD and span.theme == "i" and len(spans) > 1)
    if part.role is Role.LEAD:
        return _leads(part, span, spans, reading)
    level = span.intensity
    if span.theme == "i" and part.role is Role.CHORDS and part.floor <= 0.3:
        return True
    if not part.floor <= level < part.ceiling:
        # A band that is always below its floor would leave nothing but chords: the loudest section lets all in.
        loudest = max(s.intensity for s in spans)
        return (
            part.floor <= 0.6
            and level >= loudest - 0.02
            and part.role in (Role.DRUMS, Role.BASS)
            and reading.energy > 0.2
        )
    return True


def _leads(part: Part, span: Span, spans: tuple[Span, ...], reading: Reading) -> bool:
    """The lead leaves openings and endings to the band, and in clubs waits for the first build."""
    if len(spans) == 1:
        return True
    if reading.genre.form == "club" and span.theme == "A" and span.turn == 0 and len(spans) > 3:
        return False
    return span.theme not in _SILENT_LEAD or (span.theme == "o" and span.bars >= 4 and part.style == "melody")
