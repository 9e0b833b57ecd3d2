"""Reading tempo, key and meter out of text, and saying what could not be meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inference.engines.composer.reading import matching, words
from inference.engines.composer.theory import Key

TEMPO_RANGE = (40.0, 220.0)

_NUMBER = r"(-?\d{1,9}(?:[.,]\d{1,3})?)"
_BPM = re.compile(
    rf"(?<![\w.,]){_NUMBER}[\s-]*(?:bpm|b\.p\.m|beats? (?:per|a) minute|schlage|pulsations|battiti|ppm|temps par "
    "minute)"
    rf"|(?:tempo|bpm)\s*(?:of|=|:|at|von|de|di)?\s*{_NUMBER}(?![\w/])"
)
_METER = re.compile(r"(?<![\d/])(\d{1,2})\s?/\s?(\d{1,2})(?![\d/])")

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_SYLLABLES = {"do": 0, "ut": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11}
_GERMAN = {
    "cis": 1,
    "dis": 3,
    "es": 3,
    "eis": 5,
    "fis": 6,
    "gis": 8,
    "as": 8,
    "ais": 10,
    "des": 1,
    "ges": 6,
    "ces": 11,
    "hes": 10,
}
_ALTER = {"#": 1, "♯": 1, "sharp": 1, "s": 1, "diesis": 1, "diese": 1, "sostenido": 1, "sustenido": 1,
          "b": -1, "♭": -1, "flat": -1, "bemolle": -1, "bemol": -1}  # fmt: skip
_MAJOR = r"major|maj|dur|majeur|maggiore|mayor|maior"
_MINOR = r"minor|min|moll|mineur|minore|menor|m"
_ALTERATIONS = r"#|♯|♭|b(?![a-z])|sharp|flat|diesis|diese|sostenido|sustenido|bemolle|bemol"
_NAMED = re.compile(
    rf"(?<![\w'])(cis|dis|eis|fis|gis|ais|des|ges|ces|es|as|do|ut|re|mi|fa|sol|la|si|[a-z])[\s-]?({_ALTERATIONS})?"
    rf"[\s-]*({_MAJOR}|{_MINOR})(?!\w)"
)
_KEY_OF = re.compile(
    r"(?:key (?:of|is|:)|tonart|tonalite|tonalidad|tonalita|"
    r"in)\s+([a-h])[\s-]?({_ALTERATIONS})?(?![\w'])"
)


@dataclass(frozen=True, slots=True)
class KeyReading:
    """A key as read: the tonic, whether it is minor (None: not said), and remarks for the person."""

    tonic: int | None = None
    minor: bool | None = None
    notes: tuple[str, ...] = ()


def read_tempo(text: str) -> tuple[float | None, tuple[str, ...]]:
    """Beats a minute from the plain text, and remarks."""
    notes: list[str] = []
    values: list[float] = []
    for match in _BPM.finditer(text):
        value = float((match.group(1) or match.group(2)).replace(",", "."))
        kept, remark = check_tempo(value)
        notes += [remark] if remark else []
        values += [kept] if kept else []
    if len(set(values)) > 1:
        notes.append(f"several tempos were named; {values[0]:g} BPM was taken")
    return (values[0] if values else None), tuple(notes)


def check_tempo(value: float) -> tuple[float | None, str]:
    """The tempo if it can be played, else the nearest sane one or None, with a remark."""
    low, high = TEMPO_RANGE
    if low <= value <= high:
        return value, ""
    if not 10 <= value <= 1000:
        return None, f"{value:g} BPM cannot be played; a fitting tempo was chosen"
    folded = value
    while folded > high:
        folded /= 2
    while folded < low:
        folded *= 2
    return folded, f"{value:g} BPM was taken as {folded:g} BPM"


def read_meter(text: str, known: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """A metre from the plain text, and remarks."""
    for match in _METER.finditer(text):
        upper, lower = int(match.group(1)), int(match.group(2))
        name = f"{upper}/{lower}"
        if name in known:
            return name, ()
        if name == "12/8":
            return "6/8", ("12/8 was written as 6/8",)
        if lower in (2, 4, 8, 16) and upper > 0:
            return "4/4", (f"{name} is not a metre the composer plays; 4/4 was taken",)
    return None, ()


def read_key(original: str) -> KeyReading:
    """A key from free text in English, German or Romance names; impossible ones are explained."""
    text = matching.plain(original)
    notes: list[str] = []
    readings: list[tuple[int, bool | None]] = []
    for match in _NAMED.finditer(text):
        letter, alteration, mode = match.groups()
        if not _meant(original, text, match):
            continue
        tonic, remark = _tonic(letter, alteration or "", mode)
        notes += [remark] if remark else []
        if tonic is not None:
            readings.append((tonic, not re.fullmatch(_MAJOR, mode)))
    if not readings:
        for match in _KEY_OF.finditer(text):
            tonic, remark = _tonic(match.group(1), match.group(2) or "", "")
            notes += [remark] if remark else []
            if tonic is not None and _capital(original, text, match.start(1), match.group(0)):
                readings.append((tonic, None))
    if re.search(r"(?<!\w)h[\s-]?(?:sharp|#|♯|flat|b)(?!\w)", text):
        notes.append("there is no H sharp or H flat; B was taken")
        readings.append((11, None))
    modes = {minor for _, minor in readings}
    tonic, minor = readings[0] if readings else (None, None)
    if minor is None:
        minor, contradiction = _mode(text)
        notes += contradiction
    elif len(modes) > 1 or len({t for t, _ in readings}) > 1:
        notes.append("several keys were named; the first was taken")
    return KeyReading(tonic, minor, tuple(dict.fromkeys(notes)))


def _mode(text: str) -> tuple[bool | None, list[str]]:
    hits = [h.concept for h in matching.found(text, words.MODE_WORDS) if h.concept in ("major", "minor")]
    if not hits:
        return None, []
    if len(set(hits)) > 1:
        return hits[0] == "minor", [f"both major and minor were asked for; {hits[0]} was taken"]
    return hits[0] == "minor", []


def _meant(original: str, text: str, match: re.Match[str]) -> bool:
    """Whether "a minor" is a key: an English article before an adjective is not."""
    letter, alteration, mode = match.groups()
    if len(letter) == 1 and letter not in _LETTERS and letter not in "hijklmnopqrstuvwxyz":
        return False
    if mode == "m" and not _capital(original, text, match.start(), match.group(0)):
        return False
    if mode == "m" and not alteration and re.match(r"\s+[^\W\d]", text[match.end() :]):
        return False  # German "Am Strand", not A minor
    if letter != "a" or alteration:
        return True
    if _capital(original, text, match.start(), match.group(0)):
        return True
    before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() :]
    return bool(re.search(r"(?:in|of|key)\s+$", before)) or bool(re.match(r"\s*(?:$|[,.;:!?)]|key)", after))


def _capital(original: str, text: str, start: int, piece: str) -> bool:
    if len(original) != len(text):
        return bool(re.search(rf"(?<!\w){re.escape(piece[:1].upper())}", original))
    return original[start].isupper()


def _tonic(letter: str, alteration: str, mode: str) -> tuple[int | None, str]:
    german = mode in ("dur", "moll")
    if letter in _GERMAN:
        return _GERMAN[letter], ""
    if letter in _SYLLABLES:
        return (_SYLLABLES[letter] + _ALTER.get(alteration, 0)) % 12, ""
    if letter == "h" and alteration:
        return 11, "there is no H sharp or H flat; B was taken"
    if letter == "b" and german and not alteration:
        return 10, ""
    if letter in _LETTERS:
        return (_LETTERS[letter] + _ALTER.get(alteration, 0)) % 12, ""
    return None, f"there is no note {letter.upper()}; a key was chosen"


def parse_key(name: str) -> Key | None:
    """The key a form field names ("E minor", "Bb major", "H-Moll"), or None."""
    text = matching.plain(name).strip()
    match = _NAMED.fullmatch(text) or re.fullmatch(rf"([a-h])[\s-]?({_ALTERATIONS})?()", text)
    if match is None:
        return None
    letter, alteration, mode = match.groups()
    tonic, _ = _tonic(letter, alteration or "", mode)
    if tonic is None:
        return None
    return Key(tonic, "minor" if mode and not re.fullmatch(_MAJOR, mode) else "major")
