"""Lyrics of our own for songs that are asked for without words: plain rhymed lines about what the prompt is about."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from inference.engines.composer.chance import well
from inference.engines.composer.reading.matching import plain
from inference.engines.composer.writing.topics import SUBJECT_CHORUSES, TOPICS

FORMS = ("VCVCBC", "VCVC", "VC", "C", "c")
"""From long to short: verse, chorus, bridge; "c" is half a chorus."""
_NAMES = {"V": "verse", "C": "chorus", "B": "bridge", "c": "chorus"}
_STOP = frozenset(
    [
        "and",
        "with",
        "in",
        "at",
        "for",
        "that",
        "which",
        "who",
        "by",
        "from",
        "as",
        "but",
        "or",
        "so",
        "120",
        "bpm",
        "is",
        "are",
        "while",
        "when",
    ]
)
_MOST_SUBJECT = 24


_BY_MOOD_ELSE = ("hope", "sea", "love", "night", "home")


def own_lyrics(prompt: str, moods: Sequence[str], form: str, seed: str) -> str:
    """Lyrics in English with the sections of `form`, about what the prompt is about; the same for the same seed."""
    rng = well(f"{seed}:words")
    text = plain(prompt[:4000])
    subject = _subject(prompt)
    name = _topic(text, moods, rng)
    topic = TOPICS[name]
    verses = rng.sample(topic.verses, len(topic.verses))
    known = re.search(topic.words, plain(subject)) if subject else None
    choruses = topic.choruses if not subject or known else SUBJECT_CHORUSES
    chorus = [_filled(line, subject) for line in rng.choice(choruses)]
    bridge = rng.choice(topic.bridges)
    sections: list[str] = []
    for letter in form:
        if letter == "V":
            lines = [*verses.pop(), *verses.pop()]
        elif letter == "B":
            lines = list(bridge)
        else:
            lines = chorus[:2] if letter == "c" else chorus
        sections.append("\n".join([f"[{_NAMES[letter]}]", *lines]))
    return "\n\n".join(sections)


def _filled(line: str, subject: str) -> str:
    return line.format(subject=subject, Subject=subject[:1].upper() + subject[1:])


def _subject(prompt: str) -> str:
    """The few words after "about"; empty when there are none that can be put in a line."""
    match = re.search(r"\babout\s+((?:[a-zA-Z'’-]+[ ]*){1,6})", prompt[:4000], re.IGNORECASE)
    words: list[str] = []
    for word in match[1].split() if match else ():
        if word.lower() in _STOP or len(words) == 4:
            break
        words.append(word)
    while words and words[-1].lower() in {"a", "an", "the", "my", "of", "to", "being"}:
        words.pop()
    subject = " ".join(words)
    return subject if 0 < len(subject) <= _MOST_SUBJECT else ""


def _topic(text: str, moods: Sequence[str], rng: random.Random) -> str:
    """The topic whose words stand in the prompt, else one that suits the mood."""
    counts = {name: len(re.findall(rf"\b(?:{topic.words})", text)) for name, topic in TOPICS.items()}
    best = max(counts.values())
    if best:
        return rng.choice(sorted(name for name, count in counts.items() if count == best))
    fitting = sorted(name for name, topic in TOPICS.items() if set(topic.moods) & set(moods))
    return rng.choice(fitting or list(_BY_MOOD_ELSE))
