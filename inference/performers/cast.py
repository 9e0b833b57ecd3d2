"""The built-in performers, low to high. A new one is a paragraph here, and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Mapping

from inference.performers.model import Performer, Register, Resonance, Timbre

_LICENCE = "A made-up voice. What it sings for you is yours, also to sell."

_LOW, _MIDDLE, _HIGH = Register.LOW, Register.MIDDLE, Register.HIGH


def _who(name: str, span: str, register: Register, style: str, about: str) -> Performer:
    low, high = span.split("–")
    return Performer(name, name.capitalize(), (low, high), style, register, about, _LICENCE)


_CAST: tuple[tuple[Performer, Timbre], ...] = (
    (
        _who("basalt", "D2–C4", _LOW, "Gospel, sea songs, slow ballads", "A very deep, dark bass from a large chest."),
        Timbre(
            (0.84, 0.79, 0.80, 0.78), -2.0, 6.0, 1.05, 0.05, 0.0, 4.7, 30.0, 60.0,
            (Resonance(440, 9, 160), Resonance(1970, -10, 360), Resonance(3570, -4, 460), Resonance(2810, 4, 240)),
        ),
    ),
    (
        _who("cedar", "G2–F4", _LOW, "Folk, country, evening songs", "A warm, even baritone, close to speech."),
        Timbre(
            (0.95, 0.91, 0.90, 0.92), 1.0, 4.5, 0.9, 0.12, 0.0, 5.0, 18.0, 70.0,
            (Resonance(2060, 2, 330), Resonance(3920, -5, 510), Resonance(2610, -5, 240)),
        ),
    ),
    (
        _who("flint", "A2–G4", _LOW, "Rock, blues", "A rough, pushed baritone with gravel in it."),
        Timbre(
            (1.05, 0.97, 0.92, 0.95), 2.0, -3.0, 1.1, 0.35, 0.5, 5.6, 22.0, 160.0,
            (Resonance(1000, 7, 280), Resonance(3000, 9, 580), Resonance(500, -3, 140), Resonance(3200, 4, 240)),
        ),
    ),
    (
        _who("heron", "B2–A4", _MIDDLE, "Jazz, bossa nova", "A soft tenor at the edge of a whisper."),
        Timbre(
            (0.98, 1.05, 1.00, 1.02), -1.5, 7.5, 0.75, 0.75, 0.0, 4.9, 16.0, 40.0,
            (Resonance(1900, 8, 250), Resonance(3040, -10, 430), Resonance(6500, 13, 900)),
        ),
    ),
    (
        _who("larch", "C3–B4", _MIDDLE, "Opera, musicals, anthems", "A ringing tenor with a wide, slow vibrato."),
        Timbre(
            (0.95, 0.88, 0.99, 0.93), 0.5, -1.5, 1.2, 0.03, 0.0, 5.4, 65.0, 90.0,
            (Resonance(2050, 13, 380), Resonance(3380, -11, 500)),
        ),
    ),
    (
        _who("thistle", "D3–A4", _MIDDLE, "Bluegrass, ballads, comic songs", "A narrow, nasal tenor without vibrato."),
        Timbre(
            (0.90, 1.14, 1.06, 1.08), 3.0, -5.5, 1.1, 0.06, 0.15, 5.8, 6.0, 130.0,
            (Resonance(250, 13, 70), Resonance(720, -13, 240), Resonance(1100, 4, 120), Resonance(1760, -12, 290)),
        ),
    ),
    (
        _who("dusk", "E3–B4", _MIDDLE, "Soul, trip hop, late-night songs", "A husky, low alto with smoke in it."),
        Timbre(
            (1.12, 1.00, 1.04, 1.02), -3.0, 3.5, 0.9, 0.55, 0.3, 5.1, 26.0, 120.0,
            (Resonance(740, 13, 250), Resonance(3050, -5, 450), Resonance(1640, -3, 260), Resonance(3470, 5, 240)),
        ),
    ),
    (
        _who("juniper", "F3–D5", _MIDDLE, "Pop, country, indie", "A clear, straightforward mezzo, bright in front."),
        Timbre(
            (1.16, 1.10, 1.08, 1.10), 0.0, -4.5, 1.05, 0.1, 0.0, 5.6, 22.0, 100.0,
            (Resonance(4550, 10, 240), Resonance(3360, -13, 340), Resonance(2320, 2, 230)),
        ),
    ),
    (
        _who("mist", "G3–D5", _MIDDLE, "Ambient, dream pop, lullabies", "An airy voice, neither man nor woman."),
        Timbre(
            (1.00, 1.14, 1.18, 1.24), -5.5, 4.0, 0.65, 0.95, 0.0, 4.5, 12.0, 20.0,
            (Resonance(1440, -10, 260), Resonance(4310, 13, 830), Resonance(2170, -4, 240), Resonance(2510, -6, 270)),
        ),
    ),
    (
        _who("opal", "A3–A5", _HIGH, "Opera, film, hymns", "A full soprano with a strong, even vibrato."),
        Timbre(
            (1.20, 1.04, 1.14, 1.10), -2.0, -3.0, 1.15, 0.04, 0.0, 5.7, 70.0, 80.0,
            (Resonance(2880, 13, 320), Resonance(4840, -12, 760), Resonance(680, 13, 170), Resonance(1730, -13, 400)),
        ),
    ),
    (
        _who("linnet", "C4–G5", _HIGH, "Folk, musicals, bright pop", "A light, quick soprano with a silver top."),
        Timbre(
            (1.08, 1.24, 1.16, 1.22), 3.0, -4.0, 1.0, 0.18, 0.0, 6.4, 34.0, 70.0,
            (Resonance(3990, 13, 480), Resonance(2620, -10, 410)),
        ),
    ),
    (
        _who("pip", "C4–E5", _HIGH, "Children's songs, carols", "A small, straight treble, like a child's."),
        Timbre(
            (1.44, 1.42, 1.40, 1.44), 1.0, -5.5, 0.95, 0.22, 0.0, 5.5, 4.0, 40.0,
            (Resonance(1700, 13, 300), Resonance(3720, -11, 520), Resonance(6500, 5, 950)),
        ),
    ),
)  # fmt: skip

BUILT_IN: tuple[Performer, ...] = tuple(performer for performer, _ in _CAST)
"""Everybody, low to high."""

TIMBRES: Mapping[str, Timbre] = {performer.name: timbre for performer, timbre in _CAST}
"""What each sounds like, by name."""
