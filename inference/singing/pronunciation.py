"""How lyrics are said: lines of text into words, syllables and speech sounds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby

from inference.singing.espeak import Speech, speak
from inference.singing.languages import ESPEAK_VOICES, LANGUAGES, guess_language
from inference.singing.model import CannotBeSung, SpokenWord
from inference.singing.syllables import Sound, modifies, sound, syllabify
from inference.singing.wording import Said, plan, positions, text_of

__all__ = ["LANGUAGES", "guess_language", "pronounce", "say"]


def pronounce(lines: Sequence[str], language: str) -> tuple[tuple[SpokenWord, ...], ...]:
    """The words of each line and how they are said; a line with nothing to sing has none.

    Web addresses, emoji and lone punctuation are left out; numbers are said. A word in another script than the
    language's is said in the language that lends it, English for Latin letters.

    Raises CannotBeSung when the language has no voice here, or a script no pronunciation.
    """
    if language not in LANGUAGES:
        raise CannotBeSung(_no_language(language))
    return tuple(_pronounce_line(line, language) for line in lines)


def say(words: Sequence[Said], speech: Speech) -> list[list[Sound]]:
    """For each word, its sounds in `speech`, which says `text_of(words)`; a word swallowed by the one before has none.

    Colours of a sound (as palatalisation) are joined to it, breaks left out, and no h is left where none is heard.
    """
    begins = positions(words)
    symbols: list[tuple[int, str, int, int]] = []
    ends = [*(mark.sample for mark in speech.marks[1:]), len(speech.samples) // 2]
    for mark, end in zip(speech.marks, ends, strict=False):
        owner = max(bisect_right(begins, mark.position) - 1, 0)
        if symbols and modifies(mark.symbol):
            before = symbols[-1]
            symbols[-1] = (before[0], before[1] + mark.symbol, before[2], end)
        elif mark.symbol:
            symbols.append((max(owner, symbols[-1][0] if symbols else 0), mark.symbol, mark.sample, end))
    sounds: list[list[Sound]] = [[] for _ in words]
    for owner, symbol, begin, end in symbols:
        each = sound(symbol, begin, end)
        if each is not None:
            sounds[owner].append(each)
    return [_without_silent_h(each) for each in sounds]


def _without_silent_h(sounds: list[Sound]) -> list[Sound]:
    return [
        each
        for index, each in enumerate(sounds)
        if each.phone.symbol != "h"
        or len(sounds) == 1
        or any(after.phone.vowel or after.phone.symbol == "j" for after in sounds[index + 1 : index + 2])
    ]


@lru_cache(maxsize=8192)
def _pronounce_line(line: str, language: str) -> tuple[SpokenWord, ...]:
    words: list[SpokenWord] = []
    for tongue, run in groupby(plan(line, language), key=lambda word: word.language):
        together = tuple(run)
        for word, sounds in zip(together, _sounds(together, tongue), strict=True):
            syllables = syllabify(sounds, word.text)
            if syllables:
                words.append(SpokenWord(word.text, syllables))
            elif words:
                words[-1] = _with_more_text(words[-1], word.text)
    return tuple(words)


def _with_more_text(word: SpokenWord, more: str) -> SpokenWord:
    *before, last = word.syllables
    return SpokenWord(f"{word.text} {more}", (*before, replace(last, text=f"{last.text} {more}")))


def _sounds(words: tuple[Said, ...], language: str) -> list[list[Sound]]:
    """The sounds of each word, as they are said one after the other."""
    sounds = say(words, speak(text_of(words), ESPEAK_VOICES[language]))
    place = 0
    while place < len(words):
        end = place + 1
        while end < len(words) and not sounds[end]:
            end += 1
        if end - place > 1:
            sounds[place:end] = _divided(sounds[place], words[place:end], language)
        place = end
    return sounds


def _divided(together: list[Sound], words: Sequence[Said], language: str) -> list[list[Sound]]:
    """Words that the dictionary says in one breath ("of the"), taken apart where their single sayings suggest."""
    alone = [say([word], speak(word.spelling, ESPEAK_VOICES[language]))[0] for word in words]
    joined = [each.phone.symbol for sounds in alone for each in sounds]
    if not together:
        return alone
    matcher = SequenceMatcher(None, joined, [each.phone.symbol for each in together], autojunk=False)
    cuts, length = [0], 0
    for sounds in alone[:-1]:
        length += len(sounds)
        cuts.append(max(cuts[-1], _carried(matcher, length)))
    parts = [together[start:end] for start, end in zip(cuts, [*cuts[1:], len(together)], strict=True)]
    return parts if all(any(each.phone.vowel for each in part) for part in parts) else alone


def _carried(matcher: SequenceMatcher[str], index: int) -> int:
    """Where a place in the first sequence lies in the second."""
    for _, first_start, first_end, second_start, second_end in matcher.get_opcodes():
        if index <= first_end:
            return min(second_end, second_start + (index - first_start))
    return 0


def _no_language(language: str) -> str:
    return (
        f"Lyrics in this language ({language[:12]}) cannot be sung yet. Write them in Latin letters, or choose another."
    )
