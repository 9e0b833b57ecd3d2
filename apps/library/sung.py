"""The words of a version as they are sung: line after line, with the time of every word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.library.models import Version


@dataclass(frozen=True, slots=True)
class SungWord:
    """A word and when it sounds, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class SungLine:
    """A line, once each time it is sung. `number` is its place in the lyrics, `text` how it stands there."""

    number: int
    text: str
    words: tuple[SungWord, ...]
    section: str
    """The section that begins with it; empty inside one."""

    @property
    def start(self) -> float:
        """When its first word sounds."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """When its last word ends."""
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Sung:
    """What is sung, and which lines of the lyrics are not."""

    lines: tuple[SungLine, ...]
    left_out: tuple[str, ...]


def sung(version: Version) -> Sung:
    """The words of a version in time; no lines when its engine tells no times."""
    written = version.lyrics.split("\n")
    lines = tuple(_lines(version.words, written, version.sections))
    heard = {line.number for line in lines}
    left_out = tuple(
        text.strip() for number, text in enumerate(written) if number not in heard and _is_line(text) and lines
    )
    return Sung(lines, left_out)


def _lines(
    words: Sequence[Mapping[str, Any]], written: Sequence[str], sections: Sequence[Mapping[str, Any]]
) -> Iterator[SungLine]:
    last = -1.0
    for group in _groups(words, written):
        number = int(group[0]["line"])
        text = written[number].strip() if 0 <= number < len(written) else ""
        sounding = tuple(SungWord(str(each["text"]), float(each["start"]), float(each["end"])) for each in group)
        # a line may be taken up before its section begins: most of it tells where it belongs
        begun, name = _section_at(sections, (sounding[0].start + sounding[-1].end) / 2)
        yield SungLine(number, text, sounding, name if begun != last else "")
        last = begun


def _groups(words: Sequence[Mapping[str, Any]], written: Sequence[str]) -> Iterator[list[Mapping[str, Any]]]:
    """The words of one line at a time; a line that is sung twice in a row is two."""
    group: list[Mapping[str, Any]] = []
    for word in words:
        full = group and len(group) >= _length(written, int(group[0]["line"]))
        if group and (word["line"] != group[0]["line"] or full):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _length(written: Sequence[str], number: int) -> int:
    """How many words stand in a line; enough for any where the line is unknown."""
    return max(1, len(written[number].split())) if 0 <= number < len(written) else 10_000


def _section_at(sections: Sequence[Mapping[str, Any]], seconds: float) -> tuple[float, str]:
    """When the section began that is heard then, and its name."""
    for section in sections:
        if section["start"] <= seconds < section["end"]:
            return float(section["start"]), str(section["name"])
    return -1.0, ""


def _is_line(text: str) -> bool:
    """Whether a line of the lyrics holds words, and is no mark of a part."""
    text = text.strip()
    return bool(text) and not (text.startswith("[") and text.endswith("]"))
