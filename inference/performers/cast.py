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
            (0.86, 0.80, 0.80, 0.78), -2.5, 6.0, 1.05, 0.05, 0.0, 4.7, 30.0, 60.0,
            (Resonance(420, 5, 160), Resonance(1900, -8, 350), Resonance(3100, -6, 500)),
        ),
    ),
    (
        _who("cedar", "G2–F4", _LOW, "Folk, country, evening songs", "A warm, even baritone, close to speech."),
        Timbre(
            (0.96, 0.92, 0.90, 0.92), -1.0, 3.0, 0.9, 0.12, 0.0, 5.0, 18.0, 70.0,
            (Resonance(700, 4, 220), Resonance(2500, 3, 350), Resonance(4300, -8, 600)),
        ),
    ),
    (
        _who("flint", "A2–G4", _LOW, "Rock, blues", "A rough, pushed baritone with gravel in it."),
        Timbre(
            (1.04, 0.97, 0.93, 0.95), 2.0, -3.0, 1.1, 0.35, 0.75, 5.6, 22.0, 160.0,
            (Resonance(1250, 7, 300), Resonance(3600, 6, 600), Resonance(500, -4, 150)),
        ),
    ),
    (
        _who("heron", "B2–A4", _MIDDLE, "Jazz, bossa nova", "A soft tenor at the edge of a whisper."),
        Timbre(
            (1.00, 1.04, 1.00, 1.02), -4.5, 7.0, 0.75, 0.75, 0.0, 4.9, 16.0, 40.0,
            (Resonance(3000, -7, 500), Resonance(5200, 6, 900)),
        ),
    ),
    (
        _who("larch", "C3–B4", _MIDDLE, "Opera, musicals, anthems", "A ringing tenor with a wide, slow vibrato."),
        Timbre(
            (0.97, 0.90, 1.00, 0.94), 0.5, 2.0, 1.2, 0.03, 0.0, 5.4, 65.0, 90.0,
            (Resonance(2850, 14, 330), Resonance(4200, -9, 500), Resonance(1700, -5, 300)),
        ),
    ),
    (
        _who("thistle", "D3–A4", _MIDDLE, "Bluegrass, ballads, comic songs", "A narrow, nasal tenor without vibrato."),
        Timbre(
            (0.92, 1.14, 1.06, 1.08), 1.5, -6.0, 1.1, 0.06, 0.15, 5.8, 6.0, 130.0,
            (Resonance(280, 9, 70), Resonance(750, -13, 200), Resonance(1000, 6, 130), Resonance(2200, -7, 250)),
        ),
    ),
    (
        _who("dusk", "E3–B4", _MIDDLE, "Soul, trip hop, late-night songs", "A husky, low alto with smoke in it."),
        Timbre(
            (1.08, 1.04, 1.08, 1.05), -2.0, 5.0, 0.9, 0.55, 0.4, 5.1, 26.0, 120.0,
            (Resonance(900, 5, 250), Resonance(2700, -6, 400), Resonance(4000, 4, 500)),
        ),
    ),
    (
        _who("juniper", "F3–D5", _MIDDLE, "Pop, country, indie", "A clear, straightforward mezzo, bright in front."),
        Timbre(
            (1.16, 1.15, 1.14, 1.14), 1.0, 0.0, 1.05, 0.10, 0.0, 5.6, 22.0, 100.0,
            (Resonance(3300, 6, 450), Resonance(1500, -3, 300)),
        ),
    ),
    (
        _who("mist", "G3–D5", _MIDDLE, "Ambient, dream pop, lullabies", "An airy voice, neither man nor woman."),
        Timbre(
            (1.06, 1.20, 1.12, 1.24), -5.5, 2.0, 0.65, 0.95, 0.0, 4.5, 12.0, 20.0,
            (Resonance(1100, -6, 250), Resonance(6500, 9, 1300), Resonance(2000, 4, 300)),
        ),
    ),
    (
        _who("opal", "A3–A5", _HIGH, "Opera, film, hymns", "A full soprano with a strong, even vibrato."),
        Timbre(
            (1.14, 1.08, 1.18, 1.16), -0.5, 5.0, 1.15, 0.04, 0.0, 5.7, 70.0, 80.0,
            (Resonance(3200, 11, 380), Resonance(5000, -9, 700), Resonance(1900, -6, 350)),
        ),
    ),
    (
        _who("linnet", "C4–G5", _HIGH, "Folk, musicals, bright pop", "A light, quick soprano with a silver top."),
        Timbre(
            (1.20, 1.26, 1.24, 1.28), 2.5, -4.0, 1.0, 0.18, 0.0, 6.4, 34.0, 70.0,
            (Resonance(4300, 8, 600), Resonance(2600, -5, 350)),
        ),
    ),
    (
        _who("pip", "C4–E5", _HIGH, "Children's songs, carols", "A small, straight treble, like a child's."),
        Timbre(
            (1.38, 1.36, 1.36, 1.40), 0.0, -2.0, 0.95, 0.22, 0.0, 5.5, 4.0, 40.0,
            (Resonance(1700, 6, 300), Resonance(3900, -6, 500), Resonance(6800, 5, 900)),
        ),
    ),
)  # fmt: skip

BUILT_IN: tuple[Performer, ...] = tuple(performer for performer, _ in _CAST)
"""Everybody, low to high."""

TIMBRES: Mapping[str, Timbre] = {performer.name: timbre for performer, timbre in _CAST}
"""What each sounds like, by name."""
