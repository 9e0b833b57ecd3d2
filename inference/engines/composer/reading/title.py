"""A short title from the prompt's own words."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache

from inference.engines.composer.reading import words
from inference.engines.composer.reading.matching import knows, plain

_IGNORED = """
    a an the and or of in on at to for with by from into over under about like as is it its this that these those
    my your our his her their me i you we he she they some any very really just please make create write give want
    need would could should something someone song songs music track tune piece melody beat instrumental vocal
    vocals background style sound sounds sounding feel feeling vibe vibes mood minute minutes second seconds long
    short bpm key tempo minor major sharp flat up no not without but so too more less than then when where while
    what which who how der die das ein eine einen einem einer eines und oder mit von zu zum zur im am auf aus bei
    fur uber ohne wie ist lied musik stuck mir bitte etwas le la les un une des du de et ou avec sans pour dans
    sur au aux musique chanson morceau qui que est je tu il el los las unos unas y o con sin para en sobre cancion
    musica tema por mi lo gli uno della del di e da per su canzone brano che una nel uma um os com sem na do dos
    dur moll majeur mineur maggiore minore mayor menor maior piano solo new good great nice slow fast quick
    langsam schnell lent rapide lento rapido be go get let can will has have had are was were been dont using use
    featuring feat add featured led driven based film movie trailer female male woman man girl boy voice voices singer
    singers singing sung sing sings vocalist frau mann frauenstimme mannerstimme stimme gesang gesungen voix femme homme
    voz mujer hombre voce donna uomo
"""
STOP = frozenset(_IGNORED.split())
"""Plain words that say nothing of their own."""
_ABOUT = re.compile(
    r"(?:about|uber|ueber|over|sobre|a propos de|sur|riguardo|parla di|called|named|titled|namens|intitulee?)\s+(.+)"
)
_ADJECTIVES = {
    "happy": ("Bright", "Golden", "Open"), "sad": ("Fading", "Quiet", "Last"), "melancholic": ("Slow", "Grey",
        "Distant"),
    "calm": ("Still", "Soft", "Gentle"), "dreamy": ("Floating", "Pale", "Weightless"), "romantic": ("Tender", "Close",
        "Warm"),
    "energetic": ("Running", "Electric", "Wild"), "dark": ("Black", "Hollow", "Deep"), "epic": ("Rising", "Endless",
        "Iron"),
    "mysterious": ("Hidden", "Strange", "Veiled"), "nostalgic": ("Old", "Amber", "Borrowed"), "angry": ("Burning",
        "Broken", "Red"),
    "playful": ("Crooked", "Little", "Paper"), "hopeful": ("First", "New", "Clear"), "tense": ("Narrow", "Wired",
        "Sharp"),
    "groovy": ("Velvet", "Easy", "Late"), "sleepy": ("Drowsy", "Blue", "Low"), "focused": ("Steady", "Plain", "Level"),
    "lonely": ("Empty", "Far", "White"),
}  # fmt: skip
_NOUNS = (
    "Harbor", "Window", "Season", "Letters", "Horizon", "Garden", "Signal", "River", "Lanterns", "Avenue", "Orbit",
        "Meadow",
    "Staircase", "Tides", "Morning", "Station", "Orchard", "Echoes", "Coast", "Shadows",
)  # fmt: skip


_LEADS = frozenset(
    [
        "after",
        "at",
        "before",
        "behind",
        "below",
        "between",
        "beyond",
        "by",
        "during",
        "in",
        "into",
        "near",
        "on",
        "over",
        "through",
        "toward",
        "under",
    ]
)
_ARTICLES = frozenset(["a", "an", "the", "my", "your", "our", "his", "her", "their"])
_LINKS = frozenset(["of", "and", "the", "in", "on", "to"])
_MOST_WORDS = 3


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Words of the prompt that could name the song; the higher the score, the more they say."""

    words: tuple[str, ...]
    score: float

    @property
    def title(self) -> str:
        """As a title: small words small, but for the first."""
        last = len(self.words) - 1
        shown = [
            word.lower() if 0 < place < last and plain(word) in _LINKS | _ARTICLES else _capital(word)
            for place, word in enumerate(self.words)
        ]
        return " ".join(shown)[:48].strip()


def suggest(prompt: str, moods: tuple[str, ...], rng: random.Random) -> str:
    """A few of the prompt's words that belong together, or two of our own when it names nothing."""
    text = re.sub(r"https?://\S+|<[^<>]*>", " ", prompt[:2000])
    about = _ABOUT.search(plain(text))
    if about and len(plain(text)) == len(text):
        found = _candidates(_tokens(re.split(r"[,.;:!?\n]", text[about.start(1) :])[0]), music=False)
        if found:
            return found[0].title
    pieces = re.split(r"[,.;:!?\n]", _without_music(text))
    found = [candidate for piece in pieces for candidate in _candidates(_tokens(piece), music=True)]
    if found:
        return max(found, key=lambda candidate: candidate.score).title
    mood = moods[0] if moods and moods[0] in _ADJECTIVES else rng.choice(sorted(_ADJECTIVES))
    adjective = rng.choice(_ADJECTIVES[mood])
    return f"{adjective} {rng.choice(_NOUNS)}"


def _without_music(text: str) -> str:
    """The text with the names of several words that music has, such as "hip hop", cut out."""
    for entry in _music_names():
        text = re.sub(rf"\b{re.escape(entry)}\b", ",", text, flags=re.IGNORECASE)
    return text


@cache
def _music_names() -> tuple[str, ...]:
    entries = {entry.strip("* ") for table in _TABLES for entries in table.values() for entry in entries.split("|")}
    return tuple(sorted((entry for entry in entries if " " in entry or "-" in entry), key=len, reverse=True))


def _tokens(piece: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", piece)


def _candidates(tokens: list[str], *, music: bool) -> list[_Candidate]:
    """Runs of words that say something, with "of" and the like between them, and what leads to them ("by the sea")."""
    found: list[_Candidate] = []
    at = 0
    while at < len(tokens):
        if not _names(tokens[at], music=music):
            at += 1
            continue
        end, said = at + 1, 1
        while said < _MOST_WORDS and (following := _next_name(tokens, end, music=music)) is not None:
            end, said = following + 1, said + 1
        lead = _lead(tokens, at)
        if said == 1 and lead < at:
            found.append(_Candidate(tuple(tokens[lead:end]), 1.8))
        elif said > 1 or len(tokens[at]) >= 3:
            found.append(_Candidate(tuple(tokens[at:end]), (2.0 if said > 1 else 1.0) + 0.3 * (lead < at)))
        at = end
    return found


def _next_name(tokens: list[str], at: int, *, music: bool) -> int | None:
    """Where the next naming word stands, with at most two small words before it."""
    for place in range(at, min(at + 3, len(tokens))):
        if _names(tokens[place], music=music):
            return place
        if plain(tokens[place]) not in _LINKS:
            return None
    return None


def _lead(tokens: list[str], at: int) -> int:
    """Where "by the" begins before the word at `at`; `at` itself when nothing leads to it."""
    start = at - 1 if at > 0 and plain(tokens[at - 1]) in _ARTICLES else at
    return start - 1 if start > 0 and plain(tokens[start - 1]) in _LEADS else at


def _capital(word: str) -> str:
    return word if word.isupper() and len(word) < 5 else word[:1].upper() + word[1:].lower()


def _names(token: str, *, music: bool) -> bool:
    """Whether a word says something of its own; with `music`, words about music do not."""
    word = plain(token)
    if word in STOP or word in _LEADS or len(word) > 24:
        return False
    return not (music and any(knows(word, table) for table in _TABLES))


_TABLES = (words.GENRES, words.INSTRUMENTS, words.TEMPO_WORDS, words.ENERGY_WORDS)
"""Every table of words about music."""
