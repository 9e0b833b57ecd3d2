"""A lead sheet as MusicXML: melody, chord symbols and words, for notation programs.

The format is described at https://www.w3.org/2021/06/musicxml40/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as Xml

_DIVISIONS = 4
"""Of a quarter note: melodies are written to the sixteenth."""
_VALUES = {
    16: ("whole", 0), 12: ("half", 1), 8: ("half", 0), 6: ("quarter", 1), 4: ("quarter", 0), 3: ("eighth", 1),
    2: ("eighth", 0), 1: ("16th", 0),
}  # fmt: skip
_KINDS = {
    "": "major", "m": "minor", "5": "power", "dim": "diminished", "aug": "augmented", "sus2": "suspended-second",
    "sus4": "suspended-fourth", "6": "major-sixth", "m6": "minor-sixth", "7": "dominant", "maj7": "major-seventh",
    "m7": "minor-seventh", "m7b5": "half-diminished", "dim7": "diminished-seventh", "9": "dominant-ninth",
    "maj9": "major-ninth", "m9": "minor-ninth", "m11": "minor-11th", "13": "dominant-13th", "7sus4": "suspended-fourth",
    "9sus4": "suspended-fourth", "69": "major-sixth", "7b9": "dominant", "7#9": "dominant",
}  # fmt: skip
_FIFTHS = {"C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5, "F": -1}
_SHARP = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SYMBOL = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-G])([#b]?))?")


@dataclass(frozen=True, slots=True)
class _Note:
    """A note of the melody in sixteenths; `text` is its syllable, empty in a melisma."""

    start: int
    end: int
    pitch: int
    text: str
    syllabic: str


def musicxml(title: str, score: Mapping[str, Any]) -> bytes:
    """The lead sheet of a score as `Result.score` describes it: what is sung, else the lead."""
    root = Xml.Element("score-partwise", version="4.0")
    Xml.SubElement(Xml.SubElement(root, "work"), "work-title").text = _allowed(title)
    listed = Xml.SubElement(Xml.SubElement(root, "part-list"), "score-part", id="P1")
    Xml.SubElement(listed, "part-name").text = "Melody"
    part = Xml.SubElement(root, "part", id="P1")
    above, _, below = score["meter"].partition("/")
    length = int(above) * 16 // int(below)
    notes = _melody(score)
    last = max([note.end for note in notes] + [round(c["beat"] * _DIVISIONS) + 1 for c in score["chords"]])
    for bar in range(-(-last // length)):
        _Measure(part, bar, length, score).write(notes, first=bar == 0)
    Xml.indent(root)
    head = (
        b'<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC '
        b'"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
    )
    body: bytes = Xml.tostring(root, encoding="utf-8")
    return head + body


def _melody(score: Mapping[str, Any]) -> list[_Note]:
    """One line of notes: of several at once the highest, none longer than until the next."""
    tracks = {track["stem"]: track for track in reversed(score["tracks"])}
    track = tracks.get("vocals") or tracks.get("lead")
    if track is None:
        return []
    highest: dict[int, Mapping[str, Any]] = {}
    for note in track["notes"]:
        start = round(note["beat"] * _DIVISIONS)
        if start not in highest or note["pitch"] > highest[start]["pitch"]:
            highest[start] = note
    starts = sorted(highest)
    notes: list[_Note] = []
    before: tuple[int, int] | None = None
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        note = highest[start]
        end = max(start + 1, round((note["beat"] + note["beats"]) * _DIVISIONS))
        end = end if following is None else min(end, following)
        here = (note["word"], note["syllable"]) if "word" in note else None
        text, syllabic = _syllable(score, here) if here and here != before else ("", "")
        before = here
        notes.append(_Note(start, end, note["pitch"], text, syllabic))
    return notes


def _syllable(score: Mapping[str, Any], place: tuple[int, int]) -> tuple[str, str]:
    syllables = score["vocal"]["words"][place[0]]["syllables"]
    if len(syllables) == 1:
        return syllables[0]["text"], "single"
    position = "begin" if place[1] == 0 else "end" if place[1] == len(syllables) - 1 else "middle"
    return syllables[place[1]]["text"], position


class _Measure:
    """One bar being written."""

    def __init__(self, part: Xml.Element, bar: int, length: int, score: Mapping[str, Any]) -> None:
        self._element = Xml.SubElement(part, "measure", number=str(bar + 1))
        self._start, self._end = bar * length, (bar + 1) * length
        self._score = score
        self._flats = _fifths(score["key"]) < 0
        self._chords = [c for c in score["chords"] if self._start <= round(c["beat"] * _DIVISIONS) < self._end]

    def write(self, notes: Sequence[_Note], *, first: bool) -> None:
        """Fill the bar with notes and rests; the first carries key, time and clef."""
        if first:
            self._attributes()
        self._rehearsal_mark()
        position = self._start
        for note in (n for n in notes if n.start < self._end and n.end > self._start):
            self._span(position, max(note.start, self._start), None)
            self._span(max(note.start, self._start), min(note.end, self._end), note)
            position = min(note.end, self._end)
        self._span(position, self._end, None)

    def _attributes(self) -> None:
        attributes = Xml.SubElement(self._element, "attributes")
        Xml.SubElement(attributes, "divisions").text = str(_DIVISIONS)
        key = Xml.SubElement(attributes, "key")
        Xml.SubElement(key, "fifths").text = str(_fifths(self._score["key"]))
        Xml.SubElement(key, "mode").text = self._score["key"].partition(" ")[2] or "major"
        above, _, below = self._score["meter"].partition("/")
        time = Xml.SubElement(attributes, "time")
        Xml.SubElement(time, "beats").text = above
        Xml.SubElement(time, "beat-type").text = below
        clef = Xml.SubElement(attributes, "clef")
        Xml.SubElement(clef, "sign").text = "G"
        Xml.SubElement(clef, "line").text = "2"
        direction = Xml.SubElement(self._element, "direction", placement="above")
        metronome = Xml.SubElement(Xml.SubElement(direction, "direction-type"), "metronome")
        Xml.SubElement(metronome, "beat-unit").text = "quarter"
        Xml.SubElement(metronome, "per-minute").text = str(round(self._score["tempo"]))
        Xml.SubElement(direction, "sound", tempo=str(self._score["tempo"]))

    def _rehearsal_mark(self) -> None:
        for section in self._score["sections"]:
            if self._start <= round(section["beat"] * _DIVISIONS) < self._end:
                direction = Xml.SubElement(self._element, "direction", placement="above")
                kind = Xml.SubElement(direction, "direction-type")
                Xml.SubElement(kind, "rehearsal").text = _allowed(section["name"].capitalize())

    def _span(self, start: int, end: int, note: _Note | None) -> None:
        """A note or rest, cut where a chord symbol stands over a rest and into values that can be written."""
        cuts = {start, end}
        if note is None:
            cuts |= {at for at in self._chord_starts() if start < at < end}
        places = sorted(cuts)
        for left, right in pairwise(places):
            self._harmonies(left, right)
            position = left
            for value in _values(left - self._start, right - left):
                self._note(position, value, note)
                position += value

    def _chord_starts(self) -> Iterator[int]:
        return (round(chord["beat"] * _DIVISIONS) for chord in self._chords)

    def _harmonies(self, start: int, end: int) -> None:
        for chord, at in zip(self._chords, self._chord_starts(), strict=True):
            if start <= at < end:
                self._harmony(chord, at - start)

    def _harmony(self, chord: Mapping[str, Any], offset: int) -> None:
        found = _SYMBOL.fullmatch(chord["symbol"])
        if found is None:
            return
        step, alter, _, bass, bass_alter = found.groups()
        harmony = Xml.SubElement(self._element, "harmony")
        _pitch_name(Xml.SubElement(harmony, "root"), "root", step, alter)
        quality = chord["quality"]
        Xml.SubElement(harmony, "kind", text=quality).text = _KINDS.get(quality, "other")
        if bass:
            _pitch_name(Xml.SubElement(harmony, "bass"), "bass", bass, bass_alter)
        if offset:
            Xml.SubElement(harmony, "offset").text = str(offset)

    def _note(self, position: int, value: int, note: _Note | None) -> None:
        element = Xml.SubElement(self._element, "note")
        if note is None:
            Xml.SubElement(element, "rest")
        else:
            name = (_FLAT if self._flats else _SHARP)[note.pitch % 12]
            pitch = Xml.SubElement(element, "pitch")
            Xml.SubElement(pitch, "step").text = name[0]
            if name[1:]:
                Xml.SubElement(pitch, "alter").text = "-1" if name[1:] == "b" else "1"
            Xml.SubElement(pitch, "octave").text = str(note.pitch // 12 - 1)
        Xml.SubElement(element, "duration").text = str(value)
        ties = [] if note is None else _ties(note, position, value)
        for tie in ties:
            Xml.SubElement(element, "tie", type=tie)
        kind, dots = _VALUES[value]
        Xml.SubElement(element, "type").text = kind
        for _ in range(dots):
            Xml.SubElement(element, "dot")
        if ties:
            notations = Xml.SubElement(element, "notations")
            for tie in ties:
                Xml.SubElement(notations, "tied", type=tie)
        if note is not None and note.text and position == note.start:
            lyric = Xml.SubElement(element, "lyric")
            Xml.SubElement(lyric, "syllabic").text = note.syllabic
            Xml.SubElement(lyric, "text").text = _allowed(note.text)


def _ties(note: _Note, position: int, value: int) -> list[str]:
    return ["stop"] * (position > note.start) + ["start"] * (position + value < note.end)


def _values(place: int, length: int) -> Iterator[int]:
    """Writable values that fill `length` sixteenths from `place` in the bar, each on a beat of its own size."""
    while length > 0:
        value = next(
            v
            for v in _VALUES
            if v <= length and (v <= 4 or place % 4 == 0) and (v != 4 or place % 2 == 0 or length == 4)
        )
        yield value
        place += value
        length -= value


def _pitch_name(element: Xml.Element, name: str, step: str, alter: str) -> None:
    Xml.SubElement(element, f"{name}-step").text = step
    if alter:
        Xml.SubElement(element, f"{name}-alter").text = "-1" if alter == "b" else "1"


def _fifths(key: str) -> int:
    """Sharps, or flats as a negative number, of a key signature."""
    tonic, _, mode = key.partition(" ")
    if not tonic:
        return 0
    count = _FIFTHS[tonic[0]] + 7 * (tonic.count("#") - tonic.count("b")) - 3 * (mode == "minor")
    return count - 12 if count > 7 else count + 12 if count < -7 else count


def _allowed(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
