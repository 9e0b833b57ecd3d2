"""The demo songs that a new installation makes for itself, so that a newcomer has something to hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seed:
    """One demo song; `key` names it for ever, so that it is made once."""

    key: str
    title: str
    prompt: str
    genre: str
    mood: str
    seconds: int
    seed: int


SEEDS = (
    Seed("demo-01", "Snowy Evening", "a slow waltz for a snowy evening, piano and strings", "waltz", "calm", 60, 11),
    Seed(
        "demo-02",
        "Leaving Home",
        "melancholic indie folk, fingerpicked guitar, 92 bpm, E minor, about leaving home",
        "folk",
        "melancholic",
        60,
        22,
    ),
    Seed(
        "demo-03", "First Day of Summer", "sunny synth pop for the first day of summer, 118 bpm", "pop", "happy", 60, 33
    ),
    Seed("demo-04", "Rain on the Window", "lo-fi beats to read by, dusty piano, rain outside", "lofi", "calm", 60, 44),
    Seed(
        "demo-05",
        "After Midnight",
        "deep house after midnight, warm bass, 122 bpm, A minor",
        "house",
        "energetic",
        60,
        55,
    ),
    Seed(
        "demo-06", "Brushes and Bourbon", "late-night jazz trio with brushes and a walking bass", "jazz", "calm", 60, 66
    ),
    Seed(
        "demo-07", "Open Road", "driving rock for an open road, electric guitars, 140 bpm", "rock", "energetic", 60, 77
    ),
    Seed(
        "demo-08",
        "Dawn over the Lake",
        "wide ambient dawn over a quiet lake, pads and bells",
        "ambient",
        "dreamy",
        75,
        88,
    ),
    Seed("demo-09", "Corner Store", "boom bap hip hop with a soulful organ, 90 bpm", "hiphop", "groovy", 60, 99),
    Seed("demo-10", "By the Sea", "bossa nova by the sea, nylon guitar and flute", "bossa", "romantic", 60, 110),
    Seed(
        "demo-11",
        "Before the Battle",
        "epic film music, brass and drums before the battle, D minor",
        "cinematic",
        "epic",
        60,
        121,
    ),
    Seed(
        "demo-12",
        "Lazy Afternoon",
        "roots reggae on a lazy afternoon, organ bubble, 76 bpm",
        "reggae",
        "happy",
        60,
        132,
    ),
)
