"""Numbers written as words, as far as tempos go, in six languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

LEAST, MOST = 30, 240


def _ones(names: str) -> list[str]:
    """From 0 to 19, hyphens as spaces."""
    return [name.replace("-", " ") for name in names.split()]


_ENGLISH = _ones(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ENGLISH_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GERMAN = _ones(
    "null ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
)
_GERMAN_TENS = ["", "", "zwanzig", "dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_FRENCH = _ones(
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
)
_FRENCH_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre vingt"}
_SPANISH = _ones(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
    "dieciocho diecinueve"
)
_SPANISH_TENS = ["", "", "veinti", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_ITALIAN = _ones(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove"
)
_ITALIAN_TENS = ["", "", "venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"]
_PORTUGUESE = _ones(
    "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete "
    "dezoito dezenove"
)
_PORTUGUESE_TENS = ["", "", "vinte", "trinta", "quarenta", "cinquenta", "sessenta", "setenta", "oitenta", "noventa"]
_ELISION = re.compile(r"[aio](?=uno|otto)")


def before_unit(text: str, unit: str) -> list[tuple[float, tuple[int, int]]]:
    """Number words of the plain text that stand before the pattern `unit`, each with where it stands."""
    result = []
    for match in re.finditer(rf"((?:[a-z]+[\s-]+){{1,7}}){unit}", text):
        parts = list(re.finditer(r"[a-z]+", match.group(1)))
        for first in range(len(parts)):
            phrase = " ".join(part.group() for part in parts[first:])
            if phrase in _values():
                result.append((float(_values()[phrase]), (match.start() + parts[first].start(), match.end())))
                break
    return result


@cache
def _values() -> dict[str, int]:
    """Every spelling, words separated by single spaces, and the number it means."""
    return {
        spelling: number
        for number in range(LEAST, MOST + 1)
        for spell in (_english, _german, _french, _spanish, _italian, _portuguese)
        for spelling in spell(number)
    }


def _split(number: int) -> tuple[int, int]:
    return divmod(number, 100)


def _english(number: int) -> Iterator[str]:
    hundreds, rest = _split(number)
    tail = _ENGLISH[rest] if rest < 20 else f"{_ENGLISH_TENS[rest // 10]} {_ENGLISH[rest % 10] if rest % 10 else ''}"
    tail = tail.strip()
    if not hundreds:
        yield tail
        return
    for count in {1: ("one", "a"), 2: ("two",)}[hundreds]:
        if not rest:
            yield f"{count} hundred"
            continue
        yield f"{count} hundred {tail}"
        yield f"{count} hundred and {tail}"
    if rest >= 10 and hundreds == 1:
        yield f"one {tail}"


def _german(number: int) -> Iterator[str]:
    hundreds, rest = _split(number)
    ones = _GERMAN[rest % 10] if rest % 10 else ""
    tail = _GERMAN[rest] if rest < 20 else (f"{ones}und" if ones else "") + _GERMAN_TENS[rest // 10]
    tail = "eins" if rest == 1 else tail
    if not hundreds:
        yield tail
        return
    for count in {1: ("", "ein"), 2: ("zwei",)}[hundreds]:
        yield f"{count}hundert{tail if rest else ''}"
        if rest:
            yield f"{count}hundertund{tail}"


def _french(number: int) -> Iterator[str]:
    hundreds, rest = _split(number)
    if rest < 20:
        tail = _FRENCH[rest]
    else:
        base = {7: 60, 9: 80}.get(rest // 10, rest // 10 * 10)
        left = rest - base
        plural = "s" if rest == 80 else ""
        link = " et " if left in (1, 11) and base < 80 else " "
        tail = f"{_FRENCH_TENS[base]}{plural}{link}{_FRENCH[left]}" if left else f"{_FRENCH_TENS[base]}{plural}"
    if not hundreds:
        yield tail
        return
    head = "cent" if hundreds == 1 else "deux cent"
    yield f"{head} {tail}" if rest else head + ("s" if hundreds > 1 else "")


def _spanish(number: int) -> Iterator[str]:
    hundreds, rest = _split(number)
    if rest < 20:
        tail = _SPANISH[rest]
    elif rest < 30:
        tail = "veinte" if rest == 20 else f"veinti{_SPANISH[rest % 10]}"
    else:
        tail = _SPANISH_TENS[rest // 10] + (f" y {_SPANISH[rest % 10]}" if rest % 10 else "")
    if not hundreds:
        yield tail
    elif not rest:
        yield "cien" if hundreds == 1 else "doscientos"
    else:
        yield f"{'ciento' if hundreds == 1 else 'doscientos'} {tail}"


def _italian(number: int) -> Iterator[str]:
    hundreds, rest = _split(number)
    tail = _ITALIAN[rest] if rest < 20 else _ITALIAN_TENS[rest // 10] + (_ITALIAN[rest % 10] if rest % 10 else "")
    tail = _ELISION.sub("", tail) if rest >= 20 else tail
    yield {0: "", 1: "cento", 2: "duecento"}[hundreds] + (tail if rest else "")
    if hundreds and rest:
        yield f"{'cento' if hundreds == 1 else 'duecento'} {tail}"


def _portuguese(number: int) -> Iterator[str]:
    hundreds, rest = _split(number)
    tail = _PORTUGUESE[rest] if rest < 20 else _PORTUGUESE_TENS[rest // 10]
    tail += f" e {_PORTUGUESE[rest % 10]}" if rest >= 20 and rest % 10 else ""
    if not hundreds:
        yield tail
    elif not rest:
        yield "cem" if hundreds == 1 else "duzentos"
    else:
        yield f"{'cento' if hundreds == 1 else 'duzentos'} e {tail}"
