"""Performing: a written part becomes sound, with a player's timing and touch."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache

import numpy as np

from inference.engine import Samples
from inference.engines.composer.chance import well
from inference.engines.composer.playing import drumsynth, expression, soundfont, synth
from inference.engines.composer.playing.soundfont import RATE, Bend, Event
from inference.engines.composer.score import Clock, Layer, Role, Track
from inference.engines.composer.ticks import Tick, part
from inference.engines.composer.writing.grooves import MIDI

_LAG = {Role.BASS: 0.002, Role.LEAD: 0.004, Role.CHORDS: 0.003, Role.PADS: -0.02, Role.COUNTER: 0.0}
_SLOW_SPEAKERS = {
    48: 0.02,
    49: 0.05,
    50: 0.03,
    52: 0.04,
    89: 0.05,
    91: 0.05,
    92: 0.06,
    94: 0.05,
    95: 0.06,
    42: 0.015,
    40: 0.01,
    60: 0.015,
    41: 0.015,
    43: 0.02,
}
"""Seconds by which programs with a slow attack are played early, so that they arrive in time."""


def perform(track: Track, clock: Clock, tonic: int, out: Samples, seed: str, tick: Tick) -> None:
    """Render a part into `out` (frames, 2), which must be silent; every layer is added."""
    rng = well(f"{seed}:play:{track.name}")
    if track.kit:
        _drums(track, clock, tonic, out, rng, tick)
        return
    events = _events(track, clock, out.shape[0], rng)
    share = 1.0 / len(track.layers)
    first = track.layers[0]
    bends = expression.bends(events, first.program, track, well(f"{seed}:bend:{track.name}"))
    middle = 12 * round(sum(e.pitch for e in events) / max(1, len(events)) / 12)
    for index, layer in enumerate(track.layers):
        # Programs of a SoundFont differ by 20 dB; a layer's level is meant relative to the first one.
        gain = layer.gain_db + (_strength(first, middle) - _strength(layer, middle) if index else 0.0)
        _layer(_shifted(events, layer), bends, layer, gain, out, part(tick, index * share, share))


@cache
def _strength(layer: Layer, pitch: int) -> float:
    """How loud one note of a layer is, in dB."""
    sound = synth.note(layer.synth, pitch, RATE * 3 // 4) if layer.synth else soundfont.note(layer.program, pitch)
    return 20 * math.log10(max(1e-4, loudness(sound)))


def _events(track: Track, clock: Clock, frames: int, rng: random.Random) -> list[Event]:
    """The notes with human timing: a drift of the whole part, a jitter of each moment, an uneven touch."""
    lag = _LAG.get(track.role, 0.0)
    jitter = 0.007 * track.human
    touch = 7.0 * track.human
    events: list[Event] = []
    drift, moment, offset = 0.0, -1.0, 0.0
    for note in track.notes:
        if note.start != moment:
            moment = note.start
            drift = 0.9 * drift + rng.gauss(0.0, jitter * 0.4)
            offset = lag + drift + rng.gauss(0.0, jitter)
        start = clock.seconds(note.start) + offset + (rng.uniform(0, 0.004) * track.human)
        end = clock.seconds(note.start + note.duration) + offset
        velocity = min(127.0, max(8.0, note.velocity + rng.gauss(0.0, touch)))
        first = max(0, int(start * RATE))
        last = min(frames - 1, max(first + 400, int(end * RATE)))
        if first < frames - 400:
            events.append(Event(first, last, note.pitch, (velocity / 127) ** 1.4))
    return events


def _shifted(events: Sequence[Event], layer: Layer) -> list[Event]:
    early = 0 if layer.synth else int(_SLOW_SPEAKERS.get(layer.program, 0.0) * RATE)
    return [
        Event(max(0, e.start - early), e.end, min(120, max(12, e.pitch + 12 * layer.octave)), e.level) for e in events
    ]


def _layer(
    events: Sequence[Event], bends: Sequence[Bend], layer: Layer, gain_db: float, out: Samples, tick: Tick
) -> None:
    if layer.synth:
        synth.render(events, layer.synth, gain_db, out, tick)
    else:
        soundfont.render(events, bends, layer.program, gain_db, out, tick)


def loudness(sound: Samples) -> float:
    """How loud a part is where it plays: the level that its louder moments reach, linear."""
    hop, step = 2205, 2205 * 40
    whole = sound[: sound.shape[0] // hop * hop]
    powers = np.concatenate(
        [
            np.square(whole[start : start + step]).reshape(-1, hop * 2).mean(axis=1)
            for start in range(0, whole.shape[0], step)
        ]
        or [np.zeros(0, np.float32)]
    )
    audible = powers[powers > max(1e-9, float(powers.max(initial=0.0)) * 1e-3)]
    return float(np.sqrt(np.percentile(audible, 80))) if audible.size else 0.0


def _drums(track: Track, clock: Clock, tonic: int, out: Samples, rng: random.Random, tick: Tick) -> None:
    frames = out.shape[0]
    closed = sorted({n.start for n in track.notes if n.pitch in (42, 44)})
    for index, note in enumerate(track.notes):
        at = int((clock.seconds(note.start) + rng.gauss(0.0, 0.0035 * track.human)) * RATE)
        at = max(0, at)
        if at >= frames:
            continue
        if note.pitch == MIDI["~"]:
            sound = drumsynth.riser(clock.seconds(note.start + note.duration) - clock.seconds(note.start))
        else:
            sound = drumsynth.hit(track.kit, note.pitch, tonic if note.pitch == 36 else 0)
        if note.pitch == 46:
            sound = _choked(sound, note.start, closed, clock)
        velocity = min(127.0, max(6.0, note.velocity * (1 + rng.gauss(0.0, 0.05 * (0.3 + track.human)))))
        end = min(frames, at + sound.shape[0])
        out[at:end] += sound[: end - at] * np.float32((velocity / 127) ** 1.7)
        if index % 200 == 0:
            tick(index / len(track.notes))
    tick(1.0)


def _choked(sound: Samples, beat: float, closed: Sequence[float], clock: Clock) -> Samples:
    """An open hat ends where the next closed one is struck."""
    following = next((b for b in closed if b > beat + 0.01), None)
    if following is None:
        return sound
    length = int((clock.seconds(following) - clock.seconds(beat)) * RATE)
    if length >= sound.shape[0] or length < 600:
        return sound
    cut = sound[:length].copy()
    cut[-500:] *= np.linspace(1, 0, 500, dtype=np.float32)[:, None]
    return cut
