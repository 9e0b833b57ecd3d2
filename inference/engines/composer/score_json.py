"""A song as its score.json holds it: what others read (seconds, symbols, stems) and everything to go on from it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from inference import wire
from inference.engine import EngineError, Request
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.instruments import INSTRUMENTS
from inference.engines.composer.reading.pitch import TEMPO_RANGE
from inference.engines.composer.reading.reader import Reading, read
from inference.engines.composer.score import METERS, Note, Role, Score, Track, Vocal
from inference.engines.composer.theory import MODES

FORMAT = 2

_MOST_BYTES = 16 * 2**20
_MOST_SECONDS = 600.0
_MOST_TRACKS, _MOST_NOTES, _MOST_BARS = 64, 100_000, 4_000
_MOST_WORDS = 5_000
_MOST_TEXT = 20_000
BROKEN = (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError, ZeroDivisionError)
"""What reading a file that holds something else can end in."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A song as written, with what it was written from."""

    score: Score
    reading: Reading
    seed: str
    """What every well of chance was named after."""
    request: Request
    """The wishes that it fulfils, its own and those it took over; without the parent."""


class ScoreError(EngineError):
    """The score of a version is missing, of an older kind, or cannot be read; the message says which."""


def to_json(piece: Piece) -> dict[str, Any]:
    """The piece as JSON values: `Score.as_json` for everybody, and beside it what only `from_json` reads."""
    shown = piece.score.as_json()
    written = _score_adapter().dump_python(piece.score, mode="json")
    for track in written["tracks"]:
        del track["notes"]
    return shown | {
        "format": FORMAT,
        "written": _without_infinities(written),
        "making": {
            "seed": piece.seed,
            "request": wire.request_to_json(replace(piece.request, parent=None)),
            "reading": _reading_to_json(piece.reading),
        },
    }


def load(folder: Path) -> Piece:
    """The piece of the version in `folder`; ScoreError when there is none that can be read whole."""
    value = read_file(folder)
    if value.get("format") == 1:
        raise ScoreError("This version was made before songs could be worked on; make a cover or a variation of it.")
    try:
        return from_json(value)
    except BROKEN as error:
        raise ScoreError("The score of this version cannot be read.") from error


def read_file(folder: Path) -> Mapping[str, Any]:
    """The JSON object in the folder's score.json; ScoreError without one."""
    path = folder / "score.json"
    if not path.is_file():
        raise ScoreError("This version has no score.")
    if path.stat().st_size > _MOST_BYTES:
        raise ScoreError("The score of this version is too large to be one of the composer's.")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except BROKEN as error:
        raise ScoreError("The score of this version cannot be read.") from error
    if not isinstance(value, dict) or not isinstance(value.get("tracks"), list):
        raise ScoreError("The score of this version cannot be read.")
    return value


def from_json(value: Mapping[str, Any]) -> Piece:
    """The piece that `to_json` described; ValueError and its kin for anything else."""
    if value["format"] != FORMAT:
        raise ValueError(f"format {value['format']} is not known")
    written = dict(value["written"])
    # What is sung is shown as a track, too, but is read from the score's vocal.
    shown = [track for track in value["tracks"] if track["stem"] != Role.VOCALS]
    # Numbers of notes are checked before each note is.
    if len(shown) > _MOST_TRACKS or sum(len(track["notes"]) for track in shown) > _MOST_NOTES:
        raise ValueError("too many notes")
    written["tracks"] = [{**track, "notes": ()} for track in written["tracks"]]
    score: Score = _score_adapter().validate_python(written)
    tracks = tuple(
        replace(track, notes=tuple(_note(n) for n in notes["notes"]))
        for track, notes in zip(score.tracks, shown, strict=True)
    )
    score = replace(score, tracks=tracks)
    _check(score)
    making = value["making"]
    seed, request = str(making["seed"]), wire.request_from_json(making["request"])
    if request.parent is not None or max(len(seed), len(request.prompt), len(request.lyrics)) > _MOST_TEXT:
        raise ValueError("not a song's wishes")
    return Piece(score, _reading_from_json(making["reading"], request), seed, request)


@cache
def _score_adapter() -> TypeAdapter[Score]:
    return TypeAdapter(Score)


def _without_infinities(value: Any) -> Any:
    """JSON has no infinity; the fields that may hold one have it as their default."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not (isinstance(v, float) and not math.isfinite(v))}
        return {k: _without_infinities(v) for k, v in kept.items()}
    return [_without_infinities(v) for v in value] if isinstance(value, list) else value


def _note(note: Mapping[str, Any]) -> Note:
    result = Note(float(note["beat"]), float(note["beats"]), int(note["pitch"]), int(note["velocity"]))
    if not (0 <= result.pitch <= 127 and 0 < result.velocity <= 127 and _within(result.start, 0, 1e5)):
        raise ValueError("not a note")
    if not 0 < result.duration < 1e5:
        raise ValueError("not a note")
    return result


def _within(value: float, low: float, high: float) -> bool:
    return math.isfinite(value) and low <= value <= high


def _check(score: Score) -> None:
    """What types alone do not say; ValueError when it does not hold."""
    clock = score.clock
    spans_join = all(span.start == (score.spans[i - 1].end if i else 0) for i, span in enumerate(score.spans))
    chords_ordered = all(
        math.isfinite(c.start) and math.isfinite(c.duration) and c.duration > 0 and c.tones and
        (c.start > score.chords[i - 1].start if i else c.start == 0) for i, c in enumerate(score.chords)
    )  # fmt: skip
    if not (
        _within(score.seconds, 1, _MOST_SECONDS)
        and _within(clock.tempo / score.meter.pulse, *TEMPO_RANGE)
        and 0.4 <= clock.swing <= 0.8
        and clock.unit in {0.25, 0.5}
        and 0 <= clock.slow <= 10
        and (0 <= clock.slow_from < clock.slow_to < 1e6 or clock.slow_from == clock.slow_to == math.inf)
    ):  # fmt: skip
        raise ValueError("not a song's time")
    if METERS.get(score.meter.name) != score.meter or score.key.mode not in MODES or not 0 <= score.key.tonic < 12:
        raise ValueError("not a metre or a key")
    if not (0 < score.bars <= _MOST_BARS and score.spans and spans_join and score.spans[-1].end == score.bars):
        raise ValueError("not a form")
    if any(s.bars < 1 or not _within(s.intensity, 0, 1) or s.turn < 0 for s in score.spans):
        raise ValueError("not a form")
    if not score.chords or len(score.chords) > 4 * _MOST_BARS or not chords_ordered:
        raise ValueError("not a harmony")
    if not 0 < clock.seconds(score.final_beat) < score.seconds:
        raise ValueError("not an ending")
    for track in score.tracks:
        _check_sound(track)
    if score.vocal is not None:
        _check_vocal(score.vocal)


def _check_sound(track: Track) -> None:
    kits, synths = _sounds()
    if track.kit not in kits or any(x.synth not in synths or not 0 <= x.program < 128 for x in track.layers):
        raise ValueError("not an instrument")
    numbers = (track.level_db, track.pan, track.send, track.human, track.scoop)
    if not all(_within(number, -60, 24) for number in numbers) or not (track.kit or 0 < len(track.layers) <= 8):
        raise ValueError("not an instrument")


def _check_vocal(vocal: Vocal) -> None:
    words = vocal.words
    if not 0 < len(words) == len(vocal.lines) <= _MOST_WORDS or not 0 < len(vocal.notes) <= _MOST_NOTES:
        raise ValueError("not a vocal part")
    for i, note in enumerate(vocal.notes):
        syllables = words[note.word].syllables if 0 <= note.word < len(words) else ()
        if not (
            0 <= note.syllable < len(syllables) and 0 <= note.pitch <= 127 and 0 < note.velocity <= 127
            and _within(note.start, vocal.notes[i - 1].start if i else 0, 1e5) and 0 < note.duration < 1e5
        ):  # fmt: skip
            raise ValueError("not a sung note")


@cache
def _sounds() -> tuple[frozenset[str], frozenset[str]]:
    kits = {genre.kit for genre in GENRES.values()}
    return frozenset(kits | {""}), frozenset({x.synth for i in INSTRUMENTS.values() for x in i.layers} | {""})


_NAMED: Mapping[str, Mapping[str, Any]] = {"genre": GENRES, "flavour": GENRES, "meter": METERS}


def _reading_to_json(reading: Reading) -> dict[str, Any]:
    hints = _reading_hints()
    values: dict[str, Any] = {}
    for field in fields(Reading):
        value = getattr(reading, field.name)
        if field.name in _NAMED:
            values[field.name] = value.name if value is not None else None
        else:
            values[field.name] = TypeAdapter(hints[field.name]).dump_python(value, mode="json")
            if isinstance(value, frozenset):
                values[field.name] = sorted(values[field.name])
    return values


def _reading_from_json(values: Mapping[str, Any], request: Request) -> Reading:
    """The reading as it was; fields that readings did not have then are read from the request anew."""
    genre = str(values["genre"])
    if genre not in GENRES:
        raise ValueError(f"there is no genre {genre}")
    reading = read(replace(request, genre=genre))
    hints = _reading_hints()
    known: dict[str, Any] = {}
    for field in fields(Reading):
        if field.name not in values:
            continue
        value = values[field.name]
        if field.name in _NAMED:
            known[field.name] = _NAMED[field.name][str(value)] if value is not None else None
        else:
            known[field.name] = TypeAdapter(hints[field.name]).validate_python(value)
    return replace(reading, **known)


@cache
def _reading_hints() -> Mapping[str, Any]:
    return get_type_hints(Reading)
