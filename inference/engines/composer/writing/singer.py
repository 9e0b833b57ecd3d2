"""Who sings: the voice that was asked for, by name or in words, else one that suits the genre."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

from inference.engine import EngineError, Request
from inference.engines.composer.chance import well
from inference.engines.composer.reading.matching import plain
from inference.engines.composer.reading.reader import Reading
from inference.singing.voices import VOICES, Voice

_VOICE = r"(?:voices?|vocals?|vocalists?|singers?|singing|sings?|sung|lead)"
_STIMME = r"(?:stimme|gesang|sangerin|sanger|gesungen)"
_VOIX = r"(?:voix|voz|vocal|voces|voce|voci|chant|canto)"
_LOW, _MALE, _SOFT, _FEMALE, _HIGH = "low", "male", "soft", "female", "high"
_WORDS: Mapping[str, str] = {
    _LOW: rf"(?:deep|low|dark|bass|gravelly)\s+(?:male\s+|warm\s+|man'?s\s+)?{_VOICE}|baritone?s?\b|bariton\b|basso\b"
    rf"|(?:tiefe\w*|dunkle\w*)\s+(?:manner)?{_STIMME}|{_VOIX}\s+grave|bass\s+singer",
    _HIGH: rf"(?:high|bright|girlish)\s+(?:female\s+|clear\s+)?{_VOICE}|sopran\w*|falsetto|\bgirl\s+{_VOICE}"
    rf"|(?:hohe\w*|helle\w*)\s+(?:frauen)?{_STIMME}|{_VOIX}\s+(?:aigue?|aguda|acuta)",
    _SOFT: rf"(?:soft|breathy|whisper\w*|intimate|airy|gentle|close)\s+(?:female\s+)?{_VOICE}|whispered"
    rf"|(?:sanfte\w*|hauchige\w*|leise\w*)\s+(?:frauen)?{_STIMME}|{_VOIX}\s+(?:douce|suave|dolce)",
    _FEMALE: rf"female|\bwom[ae]n(?:'s)?\s+{_VOICE}|\b(?:sung|singing)\s+by\s+a\s+(?:woman|girl)|\bshe\s+sings"
    rf"|chanteuse|cantante\s+femenina|frauenstimme|weiblich\w*|sangerin|{_VOIX}\s+(?:feminine|femenina|feminina|femminile)"
    rf"|{_VOIX}\s+(?:de|d[ei])\s+(?:femme|mujer|mulher|donna)|\bmezzo\w*|\bcontralto|\balto\b",
    _MALE: rf"(?<!fe)male|\bm[ae]n(?:'s)?\s+{_VOICE}|\b(?:sung|singing)\s+by\s+a\s+(?:man|boy)|\bhe\s+sings|\btenor\w*"
    rf"|mannerstimme|mannlich\w*|{_VOIX}\s+(?:masculine|masculina|maschile)"
    rf"|{_VOIX}\s+(?:d'|de\s+|di\s+)(?:homme|hombre|homem|uomo)|\bcrooner",
}
_KINDS: Mapping[str, tuple[str, ...]] = {
    _LOW: ("oak",), _MALE: ("reed", "oak"), _SOFT: ("willow",), _FEMALE: ("wren", "willow"), _HIGH: ("wren",),
}  # fmt: skip
_SUITS: Mapping[str, tuple[str, ...]] = {
    "pop": ("wren", "reed", "willow"), "rock": ("reed",), "metal": ("reed", "oak"), "folk": ("willow", "reed"),
    "country": ("reed", "oak", "wren"), "blues": ("oak", "reed"), "soul": ("wren", "willow"),
    "funk": ("reed", "wren"), "disco": ("wren",), "hiphop": ("oak", "reed"), "trap": ("reed", "oak"),
    "lofi": ("willow",), "house": ("wren", "willow"), "techno": ("willow", "oak"), "trance": ("wren",),
    "dnb": ("wren",), "synthwave": ("reed", "wren"), "ambient": ("willow",), "chiptune": ("wren",),
    "jazz": ("willow", "oak"), "bossa": ("willow",), "reggae": ("reed",), "latin": ("wren", "reed"),
    "celtic": ("wren", "willow"), "waltz": ("reed", "wren"), "classical": ("wren", "oak"),
    "ballad": ("willow", "reed"), "march": ("oak",), "cinematic": ("wren", "oak"),
}  # fmt: skip


def singer(request: Request, reading: Reading) -> Voice:
    """The voice for a request; EngineError when it names one that there is not."""
    if request.voice:
        if request.voice not in VOICES:
            names = ", ".join(VOICES)
            raise EngineError(f"There is no voice “{request.voice[:40]}” here; there are {names}.")
        return VOICES[request.voice]
    text = plain(request.prompt[:12_000])
    by_text = well(f"voice:{text}:{request.seed}")
    kinds = voice_kinds(text)
    if _MALE in kinds and _FEMALE not in kinds and _LOW not in kinds:
        return _one_of(_KINDS[_MALE][:1] if _HIGH in kinds else _KINDS[_MALE], by_text)
    for kind in (_LOW, _HIGH, _SOFT, _FEMALE, _MALE):
        if kind in kinds:
            return _one_of(_KINDS[kind], by_text)
    return _one_of(_SUITS.get(reading.genre.name, tuple(VOICES)), by_text)


def voice_kinds(text: str) -> frozenset[str]:
    """What the words, as `plain` has them, say about the voice."""
    return frozenset(kind for kind, pattern in _WORDS.items() if re.search(pattern, text))


def voice_spans(text: str) -> list[tuple[int, int]]:
    """Where the words, as `plain` has them, say something about the voice."""
    return [match.span() for pattern in _WORDS.values() for match in re.finditer(pattern, text)]


def _one_of(names: Sequence[str], rng: random.Random) -> Voice:
    known = [VOICES[name] for name in names if name in VOICES]
    return rng.choice(known or list(VOICES.values()))
