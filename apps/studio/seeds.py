"""The demo songs that a new installation makes for itself, so that a newcomer has something to hear."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seed:
    """One demo song; `key` names it for ever, so that it is made once. Without lyrics it is instrumental."""

    key: str
    title: str
    prompt: str
    genre: str
    mood: str
    seconds: int
    seed: int
    lyrics: str = ""
    voice: str = ""
    language: str = ""


_LEAVING_HOME = """\
[verse]
I fold the map along the river
I leave the key beside the door
The kettle cools, the curtains shiver
I know the creaking of the floor
[chorus]
And the road is only morning
And the morning is only me
I am leaving without warning
I am leaving to be free"""

_SUMMER = """\
[verse]
Windows down and the radio playing
Sun on my shoulders, nowhere to be
[chorus]
It is the first day of summer
Everything begins
It is the first day of summer
Let the light come in"""

_CORNER = """\
[verse]
Mister Lee has got the lights on
Half past ten and still the same
Every kid along the avenue
He remembers every name
[chorus]
Meet me at the corner store
Sit a while and stay some more"""

_SEA = """\
[verse]
O sol se deita devagar
A onda vem me visitar
[chorus]
À beira-mar, à beira-mar
Eu fico só pra te esperar"""

SEEDS = (
    # those that are sung take longest, so they are asked for first
    Seed(
        "demo-02",
        "Leaving Home",
        "melancholic indie folk, fingerpicked guitar, 92 bpm, E minor, about leaving home",
        "folk",
        "melancholic",
        45,
        22,
        _LEAVING_HOME,
        "willow",
        "en",
    ),
    Seed(
        "demo-03",
        "First Day of Summer",
        "sunny synth pop for the first day of summer, 118 bpm",
        "pop",
        "happy",
        40,
        33,
        _SUMMER,
        "wren",
        "en",
    ),
    Seed(
        "demo-09",
        "Corner Store",
        "warm soul with organ and horns, 90 bpm, the shop at the corner",
        "soul",
        "groovy",
        40,
        99,
        _CORNER,
        "reed",
        "en",
    ),
    Seed(
        "demo-10",
        "By the Sea",
        "bossa nova by the sea, nylon guitar and flute",
        "bossa",
        "romantic",
        40,
        110,
        _SEA,
        "oak",
        "pt",
    ),
    Seed("demo-01", "Snowy Evening", "a slow waltz for a snowy evening, piano and strings", "waltz", "calm", 60, 11),
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
        60,
        88,
    ),
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
