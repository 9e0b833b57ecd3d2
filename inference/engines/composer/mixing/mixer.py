"""The mix: each stem is played, shaped and placed, written down, and added to the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.audio.encode import write_flac
from inference.audio.loudness import integrated_lufs
from inference.engine import Samples, Word
from inference.engines.composer.genres.base import Mix
from inference.engines.composer.mixing import automation, dynamics, filters, space, voice
from inference.engines.composer.mixing.filters import RATE, Section
from inference.engines.composer.playing.performing import loudness, perform
from inference.engines.composer.score import Role, Score, Track
from inference.engines.composer.ticks import Tick, part
from inference.engines.composer.writing.composing import kick_beats

_TARGET_DB: Mapping[Role, float] = {
    Role.DRUMS: -23.6, Role.PERCUSSION: -25.0, Role.BASS: -22.8, Role.LEAD: -22.8, Role.COUNTER: -23.5,
        Role.CHORDS: -24.3,
    Role.ARP: -25.0, Role.PADS: -24.0,
}  # fmt: skip
"""Level of a part's louder moments in dBFS; low, so that no stem can clip."""

_TRUST = 1.4
"""How far the loudness that is heard may move a part from the level of its loud moments, as a gain."""

_DUCKED: Mapping[Role, float] = {
    Role.BASS: 1.0, Role.PADS: 1.0, Role.CHORDS: 0.8, Role.ARP: 0.6, Role.COUNTER: 0.5, Role.LEAD: 0.35,
}  # fmt: skip

_ORDER = (Role.DRUMS, Role.PERCUSSION, Role.BASS, Role.CHORDS, Role.ARP, Role.PADS, Role.COUNTER, Role.LEAD)


@dataclass(frozen=True, slots=True)
class Mixed:
    """The sum of the stems before mastering, and where each stem lies."""

    samples: Samples
    stems: Mapping[str, Path]
    words: tuple[Word, ...] = ()
    """When each word is really sung."""


def mix(score: Score, style: Mix, room_scale: float, seed: str, folder: Path, tick: Tick) -> Mixed:
    """Play and mix a score; stems are written as FLAC into `folder` and sum to the result."""
    frames = round(score.seconds * RATE)
    total = np.zeros((frames, 2), np.float32)
    room = room_of(style, room_scale)
    roles = [role for role in _ORDER if any(t.role is role for t in score.tracks)]
    extra = 1 if style.dust else 0
    stems: dict[str, Path] = {}
    sheet = score.sheet()
    # Singing costs about as much as four instruments.
    share = 1.0 / (len(roles) + extra + (4 if sheet else 0))
    kicks = [int(score.clock.seconds(beat) * RATE) for beat in kick_beats(score.tracks)]
    for index, role in enumerate(roles):
        tracks = [t for t in score.tracks if t.role is role]

        told = part(tick, index * share, share)
        stem = _stem(tracks, score, style, room, kicks, seed, frames, told)
        way = voice.making_way(sheet, role, frames) if sheet else None
        if way is not None:
            dynamics.apply(stem, way)
        stems[role.value] = _keep(stem, role.value, score, total, folder, told)
        del stem
    words: tuple[Word, ...] = ()
    if sheet:
        told = part(tick, len(roles) * share, 4 * share)
        stem, words = voice.sung(score, sheet, style, room, seed, told)
        voice.balance(stem, total, sheet)
        stems[Role.VOCALS.value] = _keep(stem, Role.VOCALS.value, score, total, folder, told)
        del stem
    if style.dust:
        noise = space.dust(frames, style.dust, 7, lambda f: tick(1.0 - share))
        stems["texture"] = _keep(noise, "texture", score, total, folder, lambda f: tick(1.0))
    return Mixed(total, stems, words)


def room_of(style: Mix, scale: float) -> space.Room:
    """The room of a genre, `scale` wider, or as it is when that is below 0."""
    return space.Room(style.reverb * (1 + 0.35 * max(0.0, scale)), style.bright)


def _stem(
    tracks: Sequence[Track],
    score: Score,
    style: Mix,
    room: space.Room,
    kicks: Sequence[int],
    seed: str,
    frames: int,
    tick: Tick,
) -> Samples:
    role = tracks[0].role
    stem = np.zeros((frames, 2), np.float32)
    for index, track in enumerate(tracks):
        sound = stem if len(tracks) == 1 else np.zeros((frames, 2), np.float32)
        told = part(tick, 0.7 * index / len(tracks), 0.7 / len(tracks))
        perform(track, score.clock, score.key.tonic, sound, seed, told)
        _place(sound, track, role, part(told, 1.0, 0.0))
        if sound is not stem:
            stem += sound
    filters.filter_in_place(stem, _tone(role, style), part(tick, 0.7, 0.06))
    if style.sweep and role in automation.SWEPT:
        automation.sweep(stem, score, style.sweep, part(tick, 0.76, 0.02))
    _squeeze(stem, role, style)
    tick(0.8)
    if style.pump and role in _DUCKED and kicks:
        beat = 60.0 / score.clock.tempo
        depth = min(0.85, style.pump * _DUCKED[role])
        dynamics.apply(stem, dynamics.ducking(frames, kicks, depth, min(0.42, beat * 0.85)))
    if style.echo and role in (Role.LEAD, Role.ARP):
        space.echo(
            stem,
            0.75 * 60.0 / score.clock.tempo * (2 if score.clock.tempo > 150 else 1),
            style.echo,
            part(tick, 0.8, 0.01),
        )
    if style.dust and role in (Role.CHORDS, Role.LEAD, Role.PADS):
        space.waver(stem, style.dust, part(tick, 0.81, 0.01))
    send = max(t.send for t in tracks) * style.wet
    if send > 0.01:
        room.add(stem, send * 1.25, part(tick, 0.82, 0.12))
    return stem


def _place(sound: Samples, track: Track, role: Role, tick: Tick) -> None:
    """Gain staging and panning: every part's louder moments reach the level of its role."""
    level = loudness(sound)
    heard = integrated_lufs(sound, RATE) if role is not Role.BASS else None
    if heard is not None:
        # Cymbals and reeds are heard more than they weigh; what is struck now and then, less than its loud moments.
        level *= min(_TRUST, max(1 / _TRUST, 10 ** (heard / 20) / level)) if level else 1.0
    if level <= 0:
        return
    gain = 10 ** ((_TARGET_DB[role] + track.level_db) / 20) / level
    left, right = np.cos((track.pan + 1) * np.pi / 4) * np.sqrt(2), np.sin((track.pan + 1) * np.pi / 4) * np.sqrt(2)
    # A stereo sample that is panned is narrowed first, or half of it would be lost; a bass belongs in the middle.
    narrow = np.float32(1.0 if role is Role.BASS else 0.6 * abs(track.pan) if abs(track.pan) > 0.15 else 0.0)
    sides = np.asarray([left * gain, right * gain], np.float32)
    for start in range(0, sound.shape[0], filters.BLOCK):
        block = sound[start : start + filters.BLOCK]
        if narrow:
            middle = (block[:, :1] + block[:, 1:]) * np.float32(0.5)
            block *= 1 - narrow
            block += middle * narrow
        block *= sides
        tick(start / sound.shape[0])


def _tone(role: Role, style: Mix) -> list[Section]:
    shapes: Mapping[Role, list[Section]] = {
        Role.DRUMS: [
            filters.high_pass(30),
            filters.peak(70, 1.5),
            filters.peak(380, -2.0),
            filters.shelf(8000, 1.5, high=True),
        ],
        Role.PERCUSSION: [filters.high_pass(90), filters.shelf(8000, 1.0, high=True)],
        Role.BASS: [filters.high_pass(32), filters.peak(240, -2.0), filters.peak(900, 1.5)],
        Role.CHORDS: [
            filters.high_pass(115),
            filters.peak(320, -2.0),
            filters.peak(750, -1.5),
            filters.peak(3000, 1.5),
        ],
        Role.ARP: [filters.high_pass(160), filters.peak(400, -1.5)],
        Role.PADS: [filters.high_pass(150), filters.peak(380, -2.5), filters.shelf(7000, -1.0, high=True)],
        Role.COUNTER: [filters.high_pass(130), filters.peak(2500, -1.0)],
        Role.LEAD: [filters.high_pass(140), filters.peak(2600, 1.5), filters.peak(420, -1.0)],
    }
    sections = list(shapes[role])
    if style.drive >= 0.3 and role in (Role.CHORDS, Role.LEAD):
        # Driven guitars bite by themselves.
        sections.append(filters.peak(3200, -3.0))
    if style.dust and role is not Role.BASS:
        sections.append(filters.low_pass(14_000 - 8_500 * style.dust))
    return sections


def _squeeze(stem: Samples, role: Role, style: Mix) -> None:
    """Compression by role, and drive where the genre wants dirt."""
    threshold, ratio, attack, release = {
        Role.DRUMS: (-13.0, 2.2, 0.012, 0.12), Role.BASS: (-20.0, 3.5, 0.01, 0.14), Role.LEAD: (-18.0, 2.6, 0.008,
            0.16),
        Role.CHORDS: (-17.0, 2.0, 0.015, 0.2),
    }.get(role, (-16.0, 1.8, 0.02, 0.25))  # fmt: skip
    dynamics.apply(stem, dynamics.compressor(stem, threshold, ratio, attack, release))
    if style.drive and role in (Role.DRUMS, Role.BASS):
        amount = np.float32(1 + 4 * style.drive)
        np.tanh(stem * amount, out=stem)
        stem /= amount


def _keep(stem: Samples, name: str, score: Score, total: Samples, folder: Path, tick: Tick) -> Path:
    """Fade the ends, write the stem, and add exactly what was written to the sum."""
    _fade(stem, score)
    np.clip(stem, -1.0, 1.0, out=stem)
    path = folder / f"{name}.flac"
    write_flac(path, stem, RATE, part(tick, 0.94, 0.06))
    total += stem
    return path


def _fade(stem: Samples, score: Score) -> None:
    frames = stem.shape[0]
    ring = score.seconds - score.clock.seconds(score.final_beat)
    out = min(frames, int(RATE * min(1.8, max(0.3, ring * 0.55))))
    stem[-out:] *= (np.cos(np.linspace(0, np.pi / 2, out)) ** 2).astype(np.float32)[:, None]
    stem[:64] *= np.linspace(0, 1, 64, dtype=np.float32)[:, None]
