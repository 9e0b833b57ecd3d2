"""What of a line of lyrics is sung, word by word, and how each word is spelt for the dictionary."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.singing.languages import NAMES, borrowed, script_of, writes
from inference.singing.model import CannotBeSung

LONGEST_WORD = 60
"""Letters; nobody sings a longer one."""

_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|\S+@\S+\.\w{2,}|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|co|tv|me)\b\S*", re.I
)
_SAID_SYMBOLS = "&%€$£+"
_APOSTROPHES = "'’ʼ‘`´ʻ"
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_PROCLITICS = frozenset(["be", "bg", "cs", "hr", "mk", "pl", "ru", "sk", "sl", "sr", "uk"])
# As they are sung, where a dictionary of speech says otherwise or spells.
_RESPELT = {
    "en": {
        "ah": "ah", "aah": "ah", "da": "dah", "fa": "fah", "gonna": "gunna", "ha": "hah", "hm": "hum", "hmm": "hum",
        "la": "lah", "m": "hum", "mm": "hum", "na": "nah", "oo": "ooh", "ooo": "ooh", "pa": "pah", "sha": "shah",
        "sh": "shush", "shh": "shush", "ya": "yah", "woah": "whoa", "woo": "woo", "wanna": "wonna", "'cause": "cuz",
        "'til": "till", "'em": "em", "em": "em", "ba": "bah",
    }
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A word as written and as it is handed to the dictionary."""

    text: str
    spelling: str
    language: str
    script: str
    joined: bool = False
    """Whether it follows the word before without a space, as Chinese is written."""


def plan(line: str, language: str) -> tuple[Said, ...]:
    """What of the line is sung, word by word.

    Web addresses, emoji and lone punctuation are left out. Raises CannotBeSung for a script without pronunciation.
    """
    return tuple(_merged(_words(line, language)))


def text_of(words: Sequence[Said]) -> str:
    """What the dictionary reads for these words."""
    return "".join(("" if word.joined or not index else " ") + word.spelling for index, word in enumerate(words))


def positions(words: Sequence[Said]) -> list[int]:
    """Where each word begins in `text_of(words)`."""
    begins, length = [], 0
    for index, word in enumerate(words):
        length += 0 if word.joined or not index else 1
        begins.append(length)
        length += len(word.spelling)
    return begins


def _words(line: str, language: str) -> Iterator[Said]:
    text = unicodedata.normalize("NFC", _ADDRESS.sub(" ", line))
    for token in text.split():
        shown = "".join(character for character in token if _is_shown(character))
        for piece in _pieces(shown):
            said = _said(piece, language)
            if said is not None:
                yield said


def _is_shown(character: str) -> bool:
    """Emoji, control characters and what dresses them are not shown with the words."""
    return (
        unicodedata.category(character) not in {"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"}
        and character not in "\ufe0f\u20e3"
    )


def _pieces(token: str) -> Iterator[tuple[str, bool]]:
    """A token, or its characters where each is a word, punctuation with the one before; and whether it is joined on."""
    if "CJK" not in {script_of(character) for character in token}:
        yield token, False
        return
    piece, first = "", True
    for character in token:
        starts = script_of(character) == "CJK" or (piece and script_of(piece[-1]) == "CJK" and character.isalnum())
        if starts and any(map(str.isalnum, piece)):
            yield piece, not first
            piece, first = "", False
        piece += character
    yield piece, not first


def _said(piece: tuple[str, bool], language: str) -> Said | None:
    text, joined = piece
    spelling = _spelling(text)
    if not spelling:
        return None
    if len(spelling) > LONGEST_WORD:
        raise CannotBeSung(f"“{text[:24]}…” is too long for a word. Put spaces between its words.")
    script = next(filter(None, map(script_of, spelling)), "")
    tongue = language if not script or writes(language, script) else _lender(script, language, text)
    return Said(text, _respelt(spelling, tongue), tongue, script, joined)


def _spelling(text: str) -> str:
    """The letters, digits, apostrophes and hyphens of the word, plain, as a dictionary has them."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).replace("_", " ").strip())
    kept: list[str] = []
    for character in plain:
        if character in _APOSTROPHES:
            kept.append("'")
        elif _is_said(character, kept[-1] if kept else ""):
            kept.append(character)
        elif kept and kept[-1] != "-" and unicodedata.category(character) != "Mn":
            # Whatever else parts two words: a hyphen, a dash, a slash, a full stop.
            kept.append("-" if character != "," else "")
    spelling = "".join(kept).strip("-")
    return spelling if any(character.isalnum() or character in _SAID_SYMBOLS for character in spelling) else ""


def _is_said(character: str, before: str) -> bool:
    """Letters, digits, a few symbols, and the vowel signs of scripts that have them; no other marks on letters."""
    if unicodedata.category(character) == "Mn":
        return script_of(before or " ") not in {"LATIN", ""}
    letter = character.isalnum() and unicodedata.category(character) != "Lm"
    return letter or character in _SAID_SYMBOLS or unicodedata.category(character) == "Mc"


def _respelt(spelling: str, language: str) -> str:
    known = _RESPELT.get(language, {})
    squeezed = _STRETCHED.sub(lambda run: _squeezed(run, spelling), spelling)
    if squeezed.lower() in known:
        return known[squeezed.lower()]
    bare = squeezed.strip("'")
    return known.get(bare.lower(), bare if language == "en" or not squeezed.startswith("'") else squeezed.lstrip("'"))


def _squeezed(run: re.Match[str], word: str) -> str:
    """A sung-out letter ("nooo", "freeee") as it is spelt when short."""
    letter = run.group(1)
    return letter * 2 if run.end() == len(word) and letter.lower() in "elsmo" and run.start() > 1 else letter


def _lender(script: str, language: str, text: str) -> str:
    lender = borrowed(script)
    if lender is None or (script == "CJK" and language == "ja"):
        raise CannotBeSung(_no_script(script, language, text))
    return lender


def _no_script(script: str, language: str, text: str) -> str:
    name = NAMES.get(script, f"{script.capitalize()} script")
    if script == "CJK" and language == "ja":
        return f"“{text[:24]}” is written in kanji, which cannot be pronounced here. Write it in kana."
    if script == "CJK":
        return f"“{text[:24]}” is written in {name}. Choose Chinese as the language, or write it in Latin letters."
    return f"“{text[:24]}” is written in {name}, which cannot be pronounced here. Write it in Latin letters."


def _merged(words: Iterator[Said]) -> Iterator[Said]:
    """Prepositions of a single consonant lean on the next word, as they are said."""
    pending: Said | None = None
    for word in words:
        if pending is not None:
            word = Said(  # noqa: PLW2901 - it grows at its front
                f"{pending.text} {word.text}", f"{pending.spelling} {word.spelling}", word.language, word.script
            )
            pending = None
        if word.language in _PROCLITICS and len(word.spelling) == 1 and _is_consonant(word.spelling):
            pending = word
        else:
            yield word
    if pending is not None:
        yield pending


def _is_consonant(letter: str) -> bool:
    plain = unicodedata.normalize("NFD", letter.lower())[0]
    return letter.isalpha() and plain not in "aeiouyаеиоуыэюяёіїєў"
