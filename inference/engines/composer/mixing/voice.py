"""The voice in the mix: cleaned, evened out, put in a room, and set clearly above the band, which makes way for it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import signal

from inference.engine import Samples, Word
from inference.engines.composer.genres.base import Mix
from inference.engines.composer.mixing import dynamics, filters, space
from inference.engines.composer.mixing.dynamics import HOP, Curve
from inference.engines.composer.mixing.filters import BLOCK, RATE
from inference.engines.composer.playing.performing import loudness
from inference.engines.composer.score import Role, Score
from inference.engines.composer.ticks import Tick, part
from inference.singing.model import Sheet

ABOVE_DB = 4.0
"""How far the voice stands above the band between 1 and 4 kHz, while it sings."""
_BROADBAND_DB = (-7.0, 2.5)
"""Bounds of its level against the band's over all frequencies, whatever the 1 to 4 kHz say."""
_RIDE_SECONDS, _RIDE_DB = 6.0, 2.5
_LEVEL_DB = -20.0
_PRESENCE = (1000.0, 4000.0)
_DIPS_DB = {
    Role.CHORDS: 2.0, Role.PADS: 2.5, Role.ARP: 2.5, Role.LEAD: 3.0, Role.COUNTER: 3.0,
}  # fmt: skip
"""How far each part steps back while the voice sings."""
_SIBILANTS = 5200.0


def sung(
    score: Score, sheet: Sheet, style: Mix, room: space.Room, seed: str, tick: Tick
) -> tuple[Samples, tuple[Word, ...]]:
    """The voice, shaped and in its room, not yet at its level; and when each word sounds."""
    # Here, so that instrumentals need not load what sings.
    from inference.singing.render import render

    vocal = render(sheet, score.seconds, RATE, seed, part(tick, 0.0, 0.75))
    samples = vocal.samples
    level = loudness(samples)
    if level > 0:
        samples *= np.float32(10 ** (_LEVEL_DB / 20) / level)
    lowest = 440.0 * 2 ** ((min(n.pitch for n in sheet.notes) - 69) / 12)
    clean = [filters.high_pass(min(140.0, max(70.0, 0.75 * lowest))), filters.peak(280, -2.0), filters.peak(520, -1.0)]
    filters.filter_in_place(samples, clean, part(tick, 0.75, 0.03))
    _soften_sibilants(samples)
    # Two gentle stages: one for words that stick out, one that holds the line.
    dynamics.apply(samples, dynamics.compressor(samples, -13.0, 4.0, 0.003, 0.09))
    dynamics.apply(samples, dynamics.compressor(samples, -20.0, 2.2, 0.012, 0.22))
    air = [filters.peak(3100, 2.5), filters.shelf(9000, 2.0 + 0.5 * style.bright, high=True)]
    if style.dust:
        air.append(filters.low_pass(15_000 - 7_000 * style.dust))
    filters.filter_in_place(samples, air, part(tick, 0.8, 0.03))
    beat = 60.0 / score.clock.tempo
    if style.echo:
        space.echo(samples, 0.75 * beat * (2 if beat < 0.4 else 1), 0.5 * style.echo, part(tick, 0.83, 0.02))
    send = min(0.32, max(0.1, 0.13 + 0.05 * (style.reverb - 1.2))) * style.wet
    room.add(samples, send, part(tick, 0.85, 0.1))
    return samples, vocal.words


def _soften_sibilants(samples: Samples) -> None:
    """A de-esser: what lies above 5 kHz is held down where it outweighs the rest."""
    sections = signal.butter(2, _SIBILANTS, "high", fs=RATE, output="sos")
    whole = dynamics.levels(samples)
    sharp = np.zeros_like(whole)
    for first, high in _highs(samples, sections):
        count = high.shape[0] // HOP
        sharp[first // HOP : first // HOP + count] = np.abs(high[: count * HOP]).reshape(count, -1).max(axis=1)
    wanted = np.minimum(1.0, 0.42 * np.maximum(whole, 0.02) / np.maximum(sharp, 1e-6))
    kernel = np.hanning(9)
    gains = np.convolve(np.minimum(1.0, wanted), kernel / kernel.sum(), "same").astype(np.float32)
    for first, high in _highs(samples, sections):
        count = high.shape[0]
        at = np.arange(first, first + count) / HOP
        excess = 1 - np.interp(at, np.arange(gains.size), gains).astype(np.float32)
        samples[first : first + count] -= high * excess[:, None]


def _highs(samples: Samples, sections: npt.NDArray[np.float64]) -> Iterator[tuple[int, Samples]]:
    """What lies above, block by block; a block may be changed once it was given."""
    state = np.zeros((sections.shape[0], 2, samples.shape[1]))
    for first in range(0, samples.shape[0], BLOCK):
        high, state = signal.sosfilt(sections, samples[first : first + BLOCK], axis=0, zi=state)
        yield first, high.astype(np.float32)


def making_way(sheet: Sheet, role: Role, frames: int) -> Curve | None:
    """Gains with which a part steps back while the voice sings; None for parts that need not."""
    dip = _DIPS_DB.get(role)
    if dip is None:
        return None
    wanted = np.zeros(dynamics.hops(frames), np.float32)
    for note in sheet.notes:
        first, last = (int(s * RATE / HOP) for s in (note.start - 0.08, note.start + note.duration))
        wanted[max(0, first) : last + 1] = 1.0
    # Smooth over a quarter of a second, so that nobody hears it breathe between words.
    size = int(0.25 * RATE / HOP) | 1
    smooth = np.convolve(wanted, np.hanning(size + 2)[1:-1] / np.hanning(size + 2).sum(), "same")
    return np.asarray(10 ** (-dip * smooth / 20), np.float32)


def balance(samples: Samples, band: Samples, sheet: Sheet) -> None:
    """Set the voice `ABOVE_DB` above the band where words are understood, within reason elsewhere.

    The fader is ridden, too: where the band is louder than elsewhere, the voice goes half of the way with it.
    """
    singing = _singing(sheet, samples.shape[0])
    if not singing.any():
        return
    presence, whole = _powers(band)
    voice_presence, voice_whole, band_presence, band_whole = (
        float(power[singing].mean()) for power in (*_powers(samples), presence, whole)
    )
    if voice_presence <= 0 or band_whole <= 0:
        return
    gain = ABOVE_DB + _db(band_presence) - _db(voice_presence)
    low, high = (bound + _db(band_whole) - _db(voice_whole) for bound in _BROADBAND_DB)
    ride = _ride(presence, singing, _db(band_presence))
    dynamics.apply(samples, np.asarray(10 ** ((min(high, max(low, gain)) + ride) / 20), np.float32))


def _singing(sheet: Sheet, frames: int) -> npt.NDArray[np.bool_]:
    """For each hop, whether a note is sung."""
    result = np.zeros(dynamics.hops(frames), bool)
    for note in sheet.notes:
        result[int(note.start * RATE / HOP) : int((note.start + note.duration) * RATE / HOP) + 1] = True
    return result


def _powers(samples: Samples) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The power of the middle in each hop: between 1 and 4 kHz, and at all frequencies."""
    sections = signal.butter(2, _PRESENCE, "band", fs=RATE, output="sos")
    state = np.zeros((sections.shape[0], 2))
    inside, whole = np.zeros(dynamics.hops(samples.shape[0])), np.zeros(dynamics.hops(samples.shape[0]))
    for first in range(0, samples.shape[0], BLOCK):
        block = samples[first : first + BLOCK]
        middle = (block[:, 0] + block[:, 1]) * np.float32(0.5)
        band, state = signal.sosfilt(sections, middle, zi=state)
        count, at = middle.size // HOP, first // HOP
        inside[at : at + count] = np.square(band[: count * HOP]).reshape(count, HOP).mean(axis=1)
        whole[at : at + count] = np.square(middle[: count * HOP]).reshape(count, HOP).mean(axis=1)
    return inside, whole


def _ride(presence: npt.NDArray[np.float64], singing: npt.NDArray[np.bool_], mean_db: float) -> Curve:
    """Decibels for each hop, over some seconds."""
    size = int(_RIDE_SECONDS * RATE / HOP) | 1
    kernel = np.hanning(size + 2)[1:-1]
    weight = signal.fftconvolve(singing.astype(np.float64), kernel, "same")
    power = signal.fftconvolve(np.where(singing, presence, 0.0), kernel, "same") / np.maximum(weight, 1e-3)
    level = 10 * np.log10(np.maximum(power, 1e-12))
    ride = np.where(weight > 1e-2, np.clip(0.5 * (level - mean_db), -_RIDE_DB, _RIDE_DB), 0.0)
    return np.asarray(ride, np.float32)


def _db(power: float) -> float:
    return 10 * math.log10(max(1e-12, power))
