"""What a mood does to music."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mood:
    """Leanings, each −1..1 around neutral: minor (1) or major (−1), energy, tempo, brightness, space (reverb)."""

    minor: float
    energy: float
    tempo: float
    bright: float
    space: float
    genres: tuple[str, ...]
    """Where this mood is at home, when no genre was named."""


MOODS: Mapping[str, Mood] = {
    "happy": Mood(-0.9, 0.35, 0.35, 0.4, 0.0, ("pop", "funk", "disco", "latin", "country")),
    "sad": Mood(0.9, -0.5, -0.5, -0.3, 0.3, ("ballad", "folk", "classical", "soul")),
    "melancholic": Mood(0.8, -0.35, -0.3, -0.2, 0.25, ("folk", "ballad", "lofi", "waltz")),
    "calm": Mood(-0.3, -0.6, -0.4, -0.2, 0.3, ("ambient", "bossa", "lofi", "ballad")),
    "dreamy": Mood(-0.1, -0.3, -0.2, 0.1, 0.7, ("ambient", "synthwave", "lofi", "trance")),
    "romantic": Mood(-0.4, -0.2, -0.3, 0.0, 0.3, ("ballad", "soul", "bossa", "waltz")),
    "energetic": Mood(0.1, 0.8, 0.5, 0.3, -0.2, ("rock", "dnb", "house", "trance")),
    "dark": Mood(1.0, 0.0, -0.1, -0.5, 0.3, ("techno", "trap", "cinematic", "synthwave")),
    "epic": Mood(0.5, 0.7, 0.0, 0.1, 0.5, ("cinematic", "metal", "trance")),
    "mysterious": Mood(0.8, -0.2, -0.2, -0.2, 0.5, ("cinematic", "ambient", "celtic", "techno")),
    "nostalgic": Mood(0.0, -0.2, -0.2, -0.1, 0.2, ("lofi", "synthwave", "folk", "waltz")),
    "angry": Mood(0.9, 0.9, 0.4, 0.2, -0.2, ("metal", "rock", "trap", "techno")),
    "playful": Mood(-0.7, 0.2, 0.2, 0.3, -0.1, ("chiptune", "funk", "classical", "march")),
    "hopeful": Mood(-0.8, 0.25, 0.1, 0.3, 0.2, ("pop", "cinematic", "folk", "trance")),
    "tense": Mood(0.9, 0.4, 0.2, -0.1, 0.2, ("cinematic", "techno", "dnb")),
    "groovy": Mood(0.2, 0.2, 0.0, 0.0, -0.1, ("funk", "soul", "house", "disco", "hiphop")),
    "sleepy": Mood(-0.3, -0.9, -0.8, -0.5, 0.4, ("ambient", "ballad", "lofi")),
    "focused": Mood(0.0, -0.3, 0.0, -0.2, 0.1, ("lofi", "ambient", "house", "classical")),
    "lonely": Mood(0.7, -0.6, -0.4, -0.3, 0.5, ("ballad", "ambient", "blues", "folk")),
}
