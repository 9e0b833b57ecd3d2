"""Lyrics as people write them: sections under tags or stanzas between blank lines, repeats, backing words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

_MOST_CHARACTERS = 100_000
_MOST_REPEATS = 8
_MOST_LINES = 4_000
"""Of all sections, repeats written out; what is beyond is left."""
_LONG_STANZA = 8
"""A text in one piece with more lines is cut into stanzas of four."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "verse": (
        "verse", "vers", "verso", "strophe", "couplet", "estrofa", "strofa", "stanza", "zwrotka", "куплет", "主歌",
        "バース",
    ),
    "pre-chorus": (
        "pre-chorus", "pre chorus", "prechorus", "pre-refrain", "pré-refrain", "prerefrain", "pre-coro",
        "preestribillo", "pre-estribillo", "pre-ritornello", "build", "build-up", "lift", "предприпев",
    ),
    "chorus": (
        "chorus", "refrain", "hook", "drop", "refrão", "refrao", "estribillo", "coro", "ritornello", "kehrvers",
        "refren", "refräng", "refrein", "post-chorus", "postchorus", "припев", "副歌", "サビ",
    ),
    "bridge": (
        "bridge", "brücke", "bruecke", "pont", "puente", "ponte", "middle eight", "middle 8", "c-part", "c-teil",
        "mostek", "brygga", "бридж", "мост",
    ),
    "intro": ("intro", "einleitung", "introducción", "introduccion", "introdução", "opening", "вступление"),
    "outro": ("outro", "ending", "end", "coda", "tag", "schluss", "fin", "final", "finale", "кода"),
    "solo": (
        "solo", "instrumental", "interlude", "break", "breakdown", "guitar solo", "piano solo", "sax solo",
        "drum solo", "zwischenspiel", "interludio", "intermezzo", "проигрыш",
    ),
}  # fmt: skip
"""What people call the kinds of section, in a few languages."""

_ALSO_WORDS = frozenset(
    {"end", "fin", "final", "finale", "tag", "lift", "build", "drop", "break", "hook", "solo", "opening", "ending"}
)
"""Names that people also sing: headings only when they are marked as such."""
_KIND_OF = {name: kind for kind, names in KINDS.items() for name in names}
_RETURNING = frozenset({"chorus", "pre-chorus"})
_WORDLESS = frozenset({"intro", "outro", "solo"})
"""Sections that may stand without words: the band plays them."""

_TIMES = re.compile(r"[(\[]?\s*(?:[x×]\s?(\d{1,2})|(\d{1,2})\s?[x×])\s*[)\]]?\s*$", re.IGNORECASE)
_TAG = re.compile(r"\s*[\[【]([^\]】]*)[\]】]\s*(.*)$")
_HEADING = re.compile(r"\s*[*#_(]*\s*([^()*#:]{2,24}?)\s*[)*_]*\s*(:?)\s*[)*_]*\s*$")
_URL = re.compile(r"(?:https?://|www\.)\S+|\S+\.(?:com|org|net|io|de|fr)(?:/\S*)?(?=\s|$)|\S+@\S+\.\S+", re.IGNORECASE)
_JOINTS = re.compile(r"[/\\|_~=<>]|[—–…]|--+|\.{2,}")
_SAID = "&%€$£+"
"""Symbols that are words."""


@dataclass(frozen=True, slots=True)
class LyricWord:
    """A word as written, with its punctuation; `backing` when it stood in round brackets."""

    text: str
    backing: bool = False


@dataclass(frozen=True, slots=True)
class LyricLine:
    """A line to sing; `number` is its place among the lines of the text as written, from 0."""

    number: int
    words: tuple[LyricWord, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class LyricSection:
    """A section: its kind among `KINDS` (or "" when unknown) and the name it was given."""

    kind: str
    name: str
    lines: tuple[LyricLine, ...]


@dataclass(frozen=True, slots=True)
class Lyrics:
    """All sections in the order they are sung, repeats written out."""

    sections: tuple[LyricSection, ...]
    notes: tuple[str, ...] = ()
    """What was left out and why, for people."""

    @property
    def lines(self) -> tuple[LyricLine, ...]:
        return tuple(line for section in self.sections for line in section.lines)


def parse(text: str) -> Lyrics:
    """Read lyrics.

    `[verse]`, `[Chorus x2]`, `Strophe 1:` and the like open sections; without any, blank lines do, and a stanza that
    comes again is the chorus. A chorus without words repeats the one before. Empty sections when nothing can be sung.
    """
    notes: list[str] = []
    drafts = _drafts(text[:_MOST_CHARACTERS], notes)
    if not any(draft.tagged for draft in drafts):
        drafts = _guessed(drafts)
    sections: list[LyricSection] = []
    for draft in drafts:
        section = _section(draft, sections)
        if section is not None:
            sections += [section] * draft.times
    return Lyrics(_bounded(sections), tuple(notes))


@dataclass(slots=True)
class _Draft:
    """A section while it is read."""

    kind: str
    name: str
    tagged: bool
    lines: list[LyricLine]
    times: int = 1


def _drafts(text: str, notes: list[str]) -> list[_Draft]:
    drafts = [_Draft("verse", "verse", tagged=False, lines=[])]
    split = not any(_tag(line) for line in text.splitlines())
    for number, raw in enumerate(text.splitlines()):
        tag = _tag(raw)
        if tag is not None:
            drafts.append(_Draft(*tag[:2], tagged=True, lines=[], times=tag[2]))
        elif not raw.strip():
            if split and drafts[-1].lines:
                drafts.append(_Draft("verse", "verse", tagged=False, lines=[]))
            continue
        times, rest = _times(tag[3] if tag else raw)
        words = _words(rest, notes)
        if words:
            drafts[-1].lines += [LyricLine(number, words)] * times
        elif times > 1:
            drafts[-1].times = times
    return [draft for draft in drafts if draft.lines or draft.tagged]


def _tag(line: str) -> tuple[str, str, int, str] | None:
    """Kind, name, repeats and what else stands on the line, when the line opens a section."""
    match = _TAG.match(line)
    if match:
        times, inside = _times(match[1])
        after, rest = _times(match[2])
        if after > 1 and rest.strip():
            after, rest = 1, match[2]
        name = _name(inside)
        return (_kind(name), name or "section", max(times, after), rest) if name or not inside.strip() else None
    if len(line) > 60:
        return None
    times, inside = _times(line)
    heading = _HEADING.match(inside)
    name = _name(heading[1]) if heading else ""
    if heading and name in _KIND_OF:
        bare = inside.strip()
        marked = heading[2] or bare[:1] in "(*#_"
        if marked or (name not in _ALSO_WORDS and (bare.istitle() or bare.isupper())):
            return _KIND_OF[name], name, times, ""
    return None


def _name(inside: str) -> str:
    """A tag's name without number, performer or ornament: "Verse 2: Ana" is "verse"."""
    name = re.split(r"[:|,]| [-–—] ", inside.strip())[0]
    name = re.sub(r"[\s#.]*(?:\d+|\b[ivx]{1,4}|(?<=\s)[a-d])\s*$", "", name.strip().lower())
    return " ".join(re.sub(r"[^\w\s'-]", " ", name).split())[:40]


def _kind(name: str) -> str:
    if name in _KIND_OF:
        return _KIND_OF[name]
    return next((_KIND_OF[word] for word in reversed(name.split()) if word in _KIND_OF), "")


def _times(line: str) -> tuple[int, str]:
    """How often a line that ends with "(x2)" is sung, and the line without that."""
    match = _TIMES.search(line)
    if not match or (match.start() and match[0][0].isalnum()):
        return 1, line
    return max(1, min(_MOST_REPEATS, int(match[1] or match[2]))), line[: match.start()].rstrip()


def _words(line: str, notes: list[str]) -> tuple[LyricWord, ...]:
    if _URL.search(line):
        _note(notes, "web addresses in the lyrics are not sung")
        line = _URL.sub(" ", line)
    line = re.sub(r"[\[【{][^\]】}]*[\]】}]", " ", line)
    words: list[LyricWord] = []
    depth = 0
    for token in _JOINTS.sub(" ", line).split():
        depth += token.count("(") + token.count("（")
        text = "".join(c for c in token if _sayable(c)).strip("()")
        if any(c.isalnum() or c in _SAID for c in text):
            words.append(LyricWord(text, depth > 0))
        elif token.strip("()*.,;:!?-\"'“”„«»’") and any(unicodedata.category(c) == "So" for c in token):
            _note(notes, "emoji and symbols in the lyrics are not sung")
        depth = max(0, depth - token.count(")") - token.count("）"))
    return tuple(words)


def _sayable(character: str) -> bool:
    """Letters, marks, digits and punctuation; no emoji, symbols or what is invisible."""
    kind = unicodedata.category(character)
    return (kind[0] in "LMNP" or character in _SAID) and not 0xFE00 <= ord(character) <= 0xFE0F


def _note(notes: list[str], text: str) -> None:
    if text not in notes:
        notes.append(text)


def _section(draft: _Draft, before: Sequence[LyricSection]) -> LyricSection | None:
    if draft.lines:
        return LyricSection(draft.kind, draft.name, tuple(draft.lines))
    if draft.kind in _RETURNING:
        earlier = [s for s in before if s.kind == draft.kind and s.lines]
        named = [s for s in earlier if s.name == draft.name]
        if earlier:
            return replace((named or earlier)[-1], name=draft.name)
        return None
    return LyricSection(draft.kind, draft.name, ()) if draft.kind in _WORDLESS else None


def _guessed(stanzas: list[_Draft]) -> list[_Draft]:
    """Kinds for stanzas without tags: what comes again is the chorus; else verse and chorus take turns."""
    if len(stanzas) == 1 and len(stanzas[0].lines) > _LONG_STANZA:
        lines = stanzas[0].lines
        stanzas = [_with_lines(stanzas[0], lines[at : at + 4]) for at in range(0, len(lines), 4)]
    keys = [_key(stanza) for stanza in stanzas]
    counts = Counter(keys)
    chorus = max(counts, key=lambda key: (counts[key], -keys.index(key))) if counts else ""
    if counts[chorus] < 2:
        openings = [key.split("\n")[0] for key in keys]
        first, often = Counter(openings).most_common(1)[0] if openings else ("", 0)
        repeated = {key for key, opening in zip(keys, openings, strict=True) if opening == first and often > 1}
    else:
        repeated = {chorus}
    guessed: list[_Draft] = []
    for index, (stanza, key) in enumerate(zip(stanzas, keys, strict=True)):
        if repeated:
            kind = "chorus" if key in repeated else "verse"
        else:
            kind = (
                ("verse", "chorus", "verse", "chorus", "bridge", "chorus")[index % 6] if len(stanzas) > 1 else "verse"
            )
        guessed.append(_Draft(kind, kind, tagged=False, lines=stanza.lines, times=stanza.times))
    return guessed


def _with_lines(draft: _Draft, lines: list[LyricLine]) -> _Draft:
    return _Draft(draft.kind, draft.name, draft.tagged, lines)


def _key(stanza: _Draft) -> str:
    """A stanza's words, for telling whether it comes again."""
    return "\n".join(re.sub(r"\W+", " ", line.text).casefold().strip() for line in stanza.lines)


def _bounded(sections: Sequence[LyricSection]) -> tuple[LyricSection, ...]:
    kept: list[LyricSection] = []
    left = _MOST_LINES
    for section in sections:
        if section.lines and left <= 0:
            break
        kept.append(replace(section, lines=section.lines[:left]))
        left -= len(section.lines)
    return tuple(kept)
