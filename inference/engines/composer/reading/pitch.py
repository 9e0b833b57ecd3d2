"""Reading key and metre out of text, and saying what could not be meant."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inference.engines.composer.reading import matching, words
from inference.engines.composer.reading.matching import Text
from inference.engines.composer.theory import Key

TEMPO_RANGE = (40.0, 220.0)

_METER = re.compile(r"(?<![\d/])(\d{1,2})\s?/\s?(\d{1,2})(?![\d/])")

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_SYLLABLES = {"do": 0, "ut": 0, "re": 2, "mi": 4, "fa": 5, "sol": 7, "la": 9, "si": 11,
              "до": 0, "ре": 2, "ми": 4, "фа": 5, "соль": 7, "ля": 9, "си": 11}  # fmt: skip
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
    "bes": 10,
    "his": 0,
    "fes": 4,
}
_SHARP = "#|♯|sharp|dieses?|diesis|diese|sostenido|sustenido|диез"
_FLAT = r"♭|b(?![a-ln-z]|m\w)|flat|bemolle|bemol|бемоль"
_ALTERATIONS = f"{_SHARP}|{_FLAT}"
_MAJOR = r"major|maj|dur|majeur|maggiore|mayor|maior|groot|majeure|мажор|ionian"
_MINOR = r"minor|min|moll|mol|mineur|minore|menor|klein|mineure|минор|aeolian|m"
_MODES = {
    "dorian": "dorian|dorisch|dorien|dorico|doryck\\w*",
    "phrygian": "phrygian|phrygisch|phrygien|frigio",
    "lydian": "lydian|lydisch|lydien|lidio",
    "mixolydian": "mixolydian|mixolydisch|mixolydien|misolidio|mixolidio",
}
_MODAL = "|".join(_MODES.values())
_KIND = r"(?:natural|harmonic|melodic|harmonisch(?:es)?|naturlich(?:es)?|harmonique|armonic[ao])[\s-]+"
_NAMED = re.compile(
    rf"(?<![\w'])(cis|dis|eis|fis|gis|ais|his|des|ges|ces|bes|hes|fes|es|as|до|ре|ми|фа|соль|ля|си|"
    rf"do|ut|re|mi|fa|sol|la|si|[a-z])[\s-]?({_ALTERATIONS})?[\s-]*(?:{_KIND})?({_MAJOR}|{_MINOR}|{_MODAL})(?!\w)"
)
_KEY_OF = re.compile(
    rf"(?<!\w)(?:(?:key|scale)(?: of| is|:)?|tonart|tonalite(?: de)?|tonalidad(?: de)?|tonalita(?: di)?|in|auf)\s+"
    rf"(cis|dis|fis|gis|ais|des|ges|bes|as|es|[a-h])[\s-]?({_ALTERATIONS})?(?=\s*(?:$|[,.;:!?)]|at\s|with\s|and\s))"
)
_JAPANESE = re.compile(r"([嬰変]?)([イロハニホヘト])([長短])調")
_JAPANESE_NOTES = {"イ": 9, "ロ": 11, "ハ": 0, "ニ": 2, "ホ": 4, "ヘ": 5, "ト": 7}
_CHINESE = re.compile(r"(?<![A-Za-z])([升降]?)([A-Ga-g])([#b♯♭]?)\s*([大小])调")
_NO_H = re.compile(r"(?<!\w)h[\s-]?(?:sharp|#|♯|flat|b)(?!\w)")
_NO_H_NOTE = "there is no H sharp or H flat; B was taken"


@dataclass(frozen=True, slots=True)
class KeyReading:
    """A key as read: the tonic, whether it is minor (None: not said), the mode, where, and remarks for the person."""

    tonic: int | None = None
    minor: bool | None = None
    mode: str = ""
    """One of the church modes when it was named."""
    spans: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A metre as read, where, and remarks for the person."""

    name: str = ""
    spans: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    tonic: int
    minor: bool | None
    mode: str
    span: tuple[int, int]


def read_meter(text: str, known: tuple[str, ...]) -> MeterReading:
    """A metre from the plain text."""
    for match in _METER.finditer(text):
        upper, lower = int(match.group(1)), int(match.group(2))
        name = f"{upper}/{lower}"
        if name in known:
            return MeterReading(name, (match.span(),))
        if name in ("12/8", "9/8"):
            return MeterReading("6/8", (match.span(),), (f"{name} was written as 6/8",))
        if lower in (2, 4, 8, 16) and upper > 0:
            note = f"{name} is not a metre the composer plays; 4/4 was taken"
            return MeterReading("4/4", (match.span(),), (note,))
    hits = [hit for hit in matching.found(text, words.METER_WORDS) if not hit.negated and hit.concept in known]
    return MeterReading(hits[0].concept, ((hits[0].start, hits[0].end),)) if hits else MeterReading()


def read_key(text: Text) -> KeyReading:
    """A key in English, German, Romance, Russian, Japanese or Chinese names; impossible ones are explained."""
    notes: list[str] = []
    named = _all_named(text, notes)
    impossible = _NO_H.search(text.plain)
    if impossible and not named:
        named = [_Named(11, None, "", impossible.span())]
    notes += [_NO_H_NOTE] if impossible else []
    words_minor, mode, spans, contradiction = _mode(text.plain)
    if not named:
        return KeyReading(None, words_minor, mode, spans, tuple(dict.fromkeys((*notes, *contradiction))))
    first = named[0]
    minor, mode = first.minor, first.mode or ("" if first.minor is not None else mode)
    spans = (first.span, *(spans if minor is None else ()))
    if minor is None:
        minor = words_minor
        notes += contradiction
    elif len({(each.tonic, each.minor) for each in named}) > 1:
        notes.append("several keys were named; the first was taken")
    return KeyReading(first.tonic, minor, mode, spans, tuple(dict.fromkeys(notes)))


def _all_named(text: Text, notes: list[str]) -> list[_Named]:
    found = []
    for match in _NAMED.finditer(text.plain):
        letter, alteration, word = match.groups()
        if not _meant(text, match):
            continue
        tonic, remark = _tonic(letter, alteration or "", word)
        notes += [remark] if remark else []
        if tonic is not None:
            mode = next((mode for mode, names in _MODES.items() if re.fullmatch(names, word)), "")
            minor = mode in ("dorian", "phrygian") if mode else not re.fullmatch(_MAJOR, word)
            found.append(_Named(tonic, minor, mode, match.span()))
    if not found:
        for match in _KEY_OF.finditer(text.plain):
            tonic, remark = _tonic(match.group(1), match.group(2) or "", "")
            notes += [remark] if remark else []
            if tonic is not None and (_capital(text, match.start(1)) or match.group().startswith(("key", "scale"))):
                found.append(_Named(tonic, None, "", match.span()))
    if not text.written.isascii():
        found += _eastern(text)
    return found


def _eastern(text: Text) -> list[_Named]:
    found = []
    for match in _JAPANESE.finditer(text.written):
        shift = {"嬰": 1, "変": -1}.get(match.group(1), 0)
        found.append((match, (_JAPANESE_NOTES[match.group(2)] + shift) % 12, match.group(3) == "短"))
    for match in _CHINESE.finditer(text.written):
        shift = {"升": 1, "降": -1}.get(match.group(1), 0) + {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(match.group(3), 0)
        found.append((match, (_LETTERS[match.group(2).lower()] + shift) % 12, match.group(4) == "小"))
    result = []
    for match, tonic, minor in found:
        inside = [i for i, place in enumerate(text.origin) if match.start() <= place < match.end()]
        result.append(_Named(tonic, minor, "", (inside[0], inside[-1] + 1)))
    return result


def _mode(text: str) -> tuple[bool | None, str, tuple[tuple[int, int], ...], list[str]]:
    """Major or minor, and a church mode, where words alone say so."""
    hits = [hit for hit in matching.found(text, words.MODE_WORDS) if not hit.negated]
    spans = tuple((hit.start, hit.end) for hit in hits)
    modal = next((hit.concept for hit in hits if hit.concept not in ("major", "minor")), "")
    if modal:
        return modal in ("dorian", "phrygian"), modal, spans, []
    if not hits:
        return None, "", (), []
    first = hits[0].concept
    contradiction = [f"both major and minor were asked for; {first} was taken"]
    return first == "minor", "", spans, contradiction if len({hit.concept for hit in hits}) > 1 else []


def _meant(text: Text, match: re.Match[str]) -> bool:
    """Whether "a minor" is a key: an English article before an adjective is not."""
    letter, alteration, word = match.groups()
    capital = _capital(text, match.start())
    if len(letter) == 1 and letter not in _LETTERS:
        return capital and letter != "i"
    if word == "m" and not capital:
        return False
    if word == "m" and not alteration and re.match(r"\s+[^\W\d]", text.plain[match.end() :]):
        # German "Am Strand" is not A minor, but "in Am with strings" is.
        return bool(re.search(r"(?:in|key of)\s+$", text.plain[max(0, match.start() - 8) : match.start()]))
    if letter == "as":
        return word in ("dur", "moll")
    if letter != "a" or alteration or word in ("dur", "moll"):
        return True
    if capital and match.start() > 0:
        return True
    before, after = text.plain[max(0, match.start() - 8) : match.start()], text.plain[match.end() :]
    if capital and re.match(r"\s*(?:$|[^\w\s]|\d|[a-z]+\s*[,.])", after):
        return True
    return bool(re.search(r"(?:in|of|key)\s+$", before)) or bool(re.match(r"\s*(?:$|[,.;:!?)]|key)", after))


def _capital(text: Text, start: int) -> bool:
    return text.written[text.origin[start]].isupper()


def _tonic(letter: str, alteration: str, word: str) -> tuple[int | None, str]:
    german = word in ("dur", "moll", "mol")
    shift = 1 if re.fullmatch(_SHARP, alteration) else -1 if alteration else 0
    if letter in _GERMAN:
        return _GERMAN[letter], ""
    if letter in _SYLLABLES:
        return (_SYLLABLES[letter] + shift) % 12, ""
    if letter == "h" and alteration:
        return 11, _NO_H_NOTE
    if letter == "b" and german and not alteration:
        return 10, ""
    if letter in _LETTERS:
        return (_LETTERS[letter] + shift) % 12, ""
    return None, f"there is no note {letter.upper()}; a key was chosen"


def parse_key(name: str) -> Key | None:
    """The key a form field names ("E minor", "Bb major", "H-Moll", "D dorian"), or None."""
    text = matching.plain(name[:80]).strip()
    match = _NAMED.fullmatch(text) or re.fullmatch(rf"([a-h])[\s-]?({_ALTERATIONS})?()", text)
    if match is None:
        return None
    letter, alteration, word = match.groups()
    tonic, _ = _tonic(letter, alteration or "", word)
    if tonic is None:
        return None
    mode = next((mode for mode, names in _MODES.items() if word and re.fullmatch(names, word)), "")
    return Key(tonic, mode or ("minor" if word and not re.fullmatch(_MAJOR, word) else "major"))
