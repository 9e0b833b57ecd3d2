"""A score as a standard MIDI file, in time with the audio."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import mido

from inference.engine import Section, Word

_TICKS = 480
_DRUM_CHANNEL = 9
_CHANNELS = (*range(9), *range(10, 16))
_Timed = tuple[int, int, mido.Message | mido.MetaMessage]
"""Tick, rank among messages of the same tick, message."""


def write_midi(
    path: Path, score: Mapping[str, Any], title: str, sections: Sequence[Section], words: Sequence[Word]
) -> None:
    """Write a score, as `Result.score` describes it, as a MIDI file of type 1.

    Ticks follow the seconds of the audio at the song's tempo, so swing and a slowing end are written as played. The
    first track holds tempo, metre, key and the sections as markers; words stand as lyrics in the track that sings them.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=_TICKS, charset="utf-8")
    rate = score["tempo"] / 60 * _TICKS
    file.tracks.append(_conductor(score, title, sections, rate))
    channels = _channels(score["tracks"])
    for track, channel in zip(score["tracks"], channels, strict=True):
        sung = words if track["stem"] == "vocals" else ()
        file.tracks.append(_ordered([*_played(track, channel, rate), *_lyrics(sung, rate)], track["name"]))
    file.save(path)


def _conductor(score: Mapping[str, Any], title: str, sections: Sequence[Section], rate: float) -> mido.MidiTrack:
    above, _, below = score["meter"].partition("/")
    events: list[_Timed] = [
        (0, 0, mido.MetaMessage("set_tempo", tempo=round(60_000_000 / score["tempo"]))),
        (0, 0, mido.MetaMessage("time_signature", numerator=int(above), denominator=int(below))),
    ]
    signature = _signature(score["key"])
    if signature:
        events.append((0, 0, mido.MetaMessage("key_signature", key=signature)))
    events += [(round(s.start * rate), 1, mido.MetaMessage("marker", text=s.name)) for s in sections]
    return _ordered(events, title)


def _signature(key: str) -> str:
    """As MIDI has it, "Em"; the names that it does not know are written as their enharmonic twin."""
    tonic, _, mode = key.partition(" ")
    if not tonic:
        return ""
    twins = {"D#": "Eb", "G#": "Ab", "A#": "Bb"} if mode == "major" else {"Db": "C#", "Gb": "F#", "Cb": "B"}
    name = twins.get(tonic, tonic)
    return f"{name}m" if mode == "minor" else name


def _channels(tracks: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    melodic = 0
    for track in tracks:
        if track["drums"]:
            yield _DRUM_CHANNEL
        else:
            yield _CHANNELS[melodic % len(_CHANNELS)]
            melodic += 1


def _played(track: Mapping[str, Any], channel: int, rate: float) -> Iterator[_Timed]:
    if track["program"] is not None and not track["drums"]:
        yield 0, 0, mido.Message("program_change", channel=channel, program=track["program"] % 128)
    for note in track["notes"]:
        start = round(note["start"] * rate)
        end = max(start + 1, round((note["start"] + note["duration"]) * rate))
        common = {"channel": channel, "note": note["pitch"]}
        yield start, 3, mido.Message("note_on", velocity=note["velocity"], **common)
        # A note that ends where the same one begins again must end first.
        yield end, 2, mido.Message("note_off", **common)


def _lyrics(words: Sequence[Word], rate: float) -> Iterator[_Timed]:
    for word in words:
        yield round(word.start * rate), 1, mido.MetaMessage("lyrics", text=f"{word.text} ")


def _ordered(events: Sequence[_Timed], name: str) -> mido.MidiTrack:
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
    now = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    return track
