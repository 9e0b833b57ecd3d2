"""Speech sounds into syllables, and a word's letters into the pieces those syllables are printed with."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from inference.singing.languages import script_of
from inference.singing.model import Phone, Syllable

_STRESS = {"ˈ": 2, "ˌ": 1}
VOWELS = frozenset("aeiouyøœɐɑɒæɔəɘɚɛɜɝɞɤɨɪɯɵɶʉʊʌʏäëöüɷᵻ")
_SYLLABIC = "\u0329"
_NASALS, _LIQUIDS, _GLIDES = frozenset("mnŋɲɳ"), frozenset("lrɹɾʁʀɭɽʎɫɻ"), frozenset("jwɥɰʋ")
_STOPS = frozenset("pbtdkgɡqcɟʔ")
_FRICATIVES = frozenset("fvθðszʃʒçxɣhɦχʂʐɕʑβħʝ")
_HOLDABLE = (_LIQUIDS | _NASALS, _GLIDES, _FRICATIVES - frozenset("h"))
# What no language here begins a syllable with, though it rises in sonority.
_NEVER_TOGETHER = frozenset({"tl", "dl", "θl", "ðl", "sr", "zr"})

_VOWEL_LETTERS = frozenset("aeiouyæøœıаеиоуыэюяёіїєўαεηιουωѣ")
_DIGRAPHS = frozenset(
    (
        "ch",
        "sh",
        "th",
        "ph",
        "gh",
        "ck",
        "qu",
        "wh",
        "sch",
        "ng",
        "tz",
        "ll",
        "rr",
        "ny",
        "gn",
        "lj",
        "nj",
        "sz",
        "cz",
        "rz",
        "dz",
    )
)
_BLOCKS = frozenset({"HANGUL", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})


@dataclass(frozen=True, slots=True)
class Sound:
    """A speech sound with its stress (2 primary, 1 secondary, 0 none), and when espeak-ng says it."""

    phone: Phone
    stress: int
    begin: int = 0
    """Sample of the speech where it begins."""
    end: int = 0


def sound(symbol: str, begin: int = 0, end: int = 0) -> Sound | None:
    """What espeak-ng wrote, read; None when nothing can be heard."""
    stress = max((_STRESS.get(mark, 0) for mark in symbol), default=0)
    bare = "".join(
        mark for mark in symbol if mark not in _STRESS and (mark.isalpha() or unicodedata.category(mark)[0] in "MS")
    )
    if not bare or not any(mark.isalpha() and unicodedata.category(mark) != "Lm" for mark in bare):
        return None
    return Sound(Phone(bare, _is_vowel(bare)), stress, begin, end)


def modifies(symbol: str) -> bool:
    """Whether this is no sound but a colour of the one before, as palatalisation is."""
    return bool(symbol) and all(unicodedata.category(mark) in {"Lm", "Mn", "Sk"} for mark in symbol)


def syllabify(sounds: Sequence[Sound], text: str) -> tuple[Syllable, ...]:
    """The syllables of a word, each with as long an onset as can be said; their texts join to `text`.

    A word without a vowel is held on its most sonorous sound; without a sound there is no syllable.
    """
    sounds = _with_something_to_hold(sounds)
    held = [index for index, each in enumerate(sounds) if each.phone.vowel]
    if not held:
        return ()
    starts = [0]
    for before, after in pairwise(held):
        starts.append(after - _onset_length([each.phone.symbol for each in sounds[before + 1 : after]]))
    ends = [*starts[1:], len(sounds)]
    texts = split_letters(text, len(held))
    return tuple(
        Syllable(piece, tuple(each.phone for each in sounds[start:end]), max(each.stress for each in sounds[start:end]))
        for piece, start, end in zip(texts, starts, ends, strict=True)
    )


def split_letters(text: str, count: int) -> tuple[str, ...]:
    """`text` in `count` pieces that join to it, broken as words are broken at line ends; some may be empty."""
    if count <= 1:
        return (text,)
    if all(script_of(letter) in _BLOCKS for letter in text if letter.isalpha()) and any(map(str.isalpha, text)):
        return _split_blocks(text, count)
    nuclei = _nuclei(text, count)
    if len(nuclei) < count:
        return (text, *("",) * (count - 1)) if not nuclei else _evenly(text, count)
    cuts = [0]
    for (_, end), (start, _) in pairwise(nuclei):
        cuts.append(_break_between(text.lower(), end, start))
    return tuple(text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True))


def _is_vowel(symbol: str) -> bool:
    plain = unicodedata.normalize("NFD", symbol)
    return any(mark in VOWELS for mark in plain) or _SYLLABIC in plain


def _with_something_to_hold(sounds: Sequence[Sound]) -> Sequence[Sound]:
    if any(each.phone.vowel for each in sounds) or not sounds:
        return sounds
    index = len(sounds) - 1
    for kinds in _HOLDABLE:
        matching = [number for number, each in enumerate(sounds) if each.phone.symbol[0] in kinds]
        if matching:
            index = matching[-1]
            break
    held = replace(sounds[index], phone=replace(sounds[index].phone, vowel=True))
    return [*sounds[:index], held, *sounds[index + 1 :]]


def _sonority(symbol: str) -> int:
    first = symbol[0]
    for rank, kinds in enumerate((_STOPS, _FRICATIVES, _NASALS, _LIQUIDS, _GLIDES)):
        if first in kinds:
            return rank
    return 0


def _onset_length(consonants: Sequence[str]) -> int:
    """How many of the consonants between two vowels belong to the second: the most that can begin a word."""
    if not consonants:
        return 0
    length = 1 if consonants[-1][0] != "ŋ" else 0
    while 0 < length < len(consonants):
        first, second = consonants[-length - 1], consonants[-length]
        rising = _sonority(second) >= 3 and _sonority(first) <= 1 and first[0] + second[0] not in _NEVER_TOGETHER
        if not (length == 1 and rising and first[0] != "ʔ") and not (first == "s" and _sonority(second) == 0):
            break
        length += 1
    return length


def _is_vowel_letter(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter.lower())[0] in _VOWEL_LETTERS


def _nuclei(text: str, count: int) -> list[tuple[int, int]]:
    """`count` spans of vowel letters when the word has them; silent letters left out, hiatus split as needed."""
    lower = text.lower()
    groups: list[tuple[int, int]] = []
    for index, letter in enumerate(text):
        if not _is_vowel_letter(letter) or (letter in "uU" and index and lower[index - 1] == "q"):
            continue
        if letter in "yY" and index + 1 < len(text) and _is_vowel_letter(text[index + 1]):
            continue
        if groups and groups[-1][1] == index:
            groups[-1] = (groups[-1][0], index + 1)
        else:
            groups.append((index, index + 1))
    while len(groups) > count:
        groups.remove(_most_silent(lower, groups))
    while len(groups) < count:
        longest = max(groups, key=lambda span: span[1] - span[0], default=None)
        if longest is None or longest[1] - longest[0] < 2:
            return _with_a_syllabic_consonant(lower, groups, count)
        place = groups.index(longest)
        groups[place : place + 1] = [(longest[0], longest[0] + 1), (longest[0] + 1, longest[1])]
    return groups


def _with_a_syllabic_consonant(lower: str, groups: list[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    """As in "rhythm" and "didn't": the consonants after the last vowel hold one more."""
    last = max((index for index, letter in enumerate(lower) if letter.isalpha()), default=0)
    if len(groups) == count - 1 and groups and last > groups[-1][1]:
        place = last - 1 if not lower[last - 1].isalpha() else last
        return [*groups, (place, place + 1)]
    return groups


def _most_silent(lower: str, groups: list[tuple[int, int]]) -> tuple[int, int]:
    """The group likeliest not to be heard: a final e, then an e before a suffix, then any single e, then the last."""

    def loudness(span: tuple[int, int]) -> tuple[int, int]:
        start, end = span
        rest = "".join(letter for letter in lower[end:] if letter.isalpha())
        if lower[start:end] != "e":
            return (3, -start)
        if not rest:
            return (0, 0)
        return (1, -start) if rest in {"s", "d", "ly", "ful", "less", "ment", "ness"} else (2, start)

    candidates = groups[1:] or groups
    return min(candidates, key=loudness)


def _break_between(lower: str, end: int, start: int) -> int:
    """Where to break the consonants between two vowels: before the last, digraphs kept whole."""
    between = lower[end:start]
    for mark in "-'’":
        if mark in between:
            return end + between.index(mark) + 1
    if len(between) <= 1 or between in _DIGRAPHS:
        return end
    if between[-2:] in _DIGRAPHS and between[-2:] not in {"ll", "rr", "ck"}:
        return start - 2
    if between[-1] in "lr" and between[-2] in "bpdtgkcfv" and (len(between) > 2 or between[-2:] not in {"tl", "dl"}):
        return start - 2
    return start - 1


def _split_blocks(text: str, count: int) -> tuple[str, ...]:
    """Scripts that write a syllable in a character: one each, what is left over with the last."""
    pieces: list[str] = []
    for character in text:
        if character.isalpha() and character not in "ゃゅょっーャュョッ" and len(pieces) < count:
            pieces.append(character)
        elif pieces:
            pieces[-1] += character
        else:
            pieces.append(character)
    return (*pieces, *("",) * (count - len(pieces)))


def _evenly(text: str, count: int) -> tuple[str, ...]:
    cuts = [round(number * len(text) / count) for number in range(count + 1)]
    return tuple(text[start:end] for start, end in pairwise(cuts))
