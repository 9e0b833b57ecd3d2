"""The embedded converter: a vocal taken apart by WORLD, moved towards another voice, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyworld
from scipy.ndimage import uniform_filter1d
from scipy.signal import firwin, firwin2, oaconvolve

from inference.audio.wave import WaveWriter
from inference.engine import Device, Licence
from inference.voice import analysis, keys
from inference.voice.analysis import PERIOD, Doubles
from inference.voice.colouring import Colouring, fit
from inference.voice.joining import Joiner
from inference.voice.model import SAMPLE_RATE, Converted, KeyHandling, Report
from inference.voice.prints import VoicePrint
from inference.voice.surveying import SAMPLES_A_STEP, STEP, Survey, survey
from inference.voice.windows import windows

_SHORTEST, _LONGEST, _MARGIN = 500, 1000, 40
"""Frames of a chunk, and those to either side that are heard with it."""
_SURVEYED = 0.45
_BREATH, _MOST_BREATH = 0.7, 2.8
"""How far the noise in the voice becomes the target's, and the most it changes, as a logarithm of power."""
_MOST_NOISE = 0.4
"""The share of noise that breath may bring a note to: a whisper has no melody."""
_AIRY_FROM_HZ, _AIRY_TO_HZ = 1500.0, 4000.0
"""Below, breath would take the voice's pitch away from whoever listens for it; above, all of it is the target's."""
_MOST_HISS = 1.4
"""The most that unvoiced sounds are coloured, as a logarithm of power: 6 dB."""
_TAPS = 255
_TREBLE_HZ = 2500.0
_VOWEL, _CONSONANT = -1.8, -0.5
"""Treble against bass, as a logarithm of power: below the first a frame with a pitch is a vowel, above the second its
treble is a consonant's noise, which is taken over as it is. What has the old pitch lies lower and is made anew."""
_ABOVE_HZ, _BELOW_HZ = 60.0, 12_000.0
"""Where the energy of a frame is kept."""


class WorldConverter:
    """Converts on the CPU without any weights."""

    name = "world"
    title = "Refrain's own"
    version = "2"
    device = Device.CPU
    licence = Licence("AGPL-3.0-or-later", "https://www.gnu.org/licenses/agpl-3.0.html", commercial=True)

    def convert(
        self,
        vocals: Path,
        target: Path,
        voice: VoicePrint,
        *,
        handling: KeyHandling,
        report: Report,
        reference: Path | None = None,
        heard: Survey | None = None,
    ) -> Converted:
        """As `Converter` has it; the print is all that it needs."""
        return convert(vocals, target, voice, handling=handling, report=report, heard=heard)


def convert(
    vocals: Path, target: Path, voice: VoicePrint, *, handling: KeyHandling, report: Report, heard: Survey | None = None
) -> Converted:
    """Write to `target` what is sung in `vocals`, by `voice`; see `Converter`."""
    if heard is None:
        heard = survey(vocals, lambda done: report("listening", _SURVEYED * done))
    semitones = keys.plan(heard.f0, voice, handling)
    colouring = fit(heard.colours, voice)
    chunks = list(_chunks(heard))
    spans = [_samples(first - _MARGIN, last + _MARGIN) for first, last in chunks]
    singer = _Singer(heard, voice, colouring, semitones)
    with WaveWriter(target, SAMPLE_RATE, 2) as writer:
        joiner = Joiner(heard.samples)
        for number, (window, (first, last)) in enumerate(zip(windows(vocals, spans), chunks, strict=True)):

            def tick(done: float, number: int = number) -> None:
                report("converting", _SURVEYED + (1 - _SURVEYED) * (number + done) / len(chunks))

            tick(0.0)
            sung = singer.sing(window.mean(axis=1, dtype=np.float64), first - _MARGIN, last + _MARGIN, tick)
            margin = _MARGIN // STEP * SAMPLES_A_STEP
            for block in joiner.add(sung, margin):
                writer.push(np.repeat(block.astype(np.float32)[:, None], 2, axis=1))
        for block in joiner.end():
            writer.push(np.repeat(block.astype(np.float32)[:, None], 2, axis=1))
    report("converting", 1.0)
    facts = {"warp": round(colouring.warp, 3), "voiced_share": round(float((heard.f0 > 0).mean()), 3)}
    return Converted(semitones, keys.accompaniment_semitones(semitones), facts)


def _samples(first: int, last: int) -> tuple[int, int]:
    return first // STEP * SAMPLES_A_STEP, last // STEP * SAMPLES_A_STEP


def _chunks(heard: Survey) -> Iterator[tuple[int, int]]:
    """Spans of frames, cut where it is quietest; all even."""
    count = -(-heard.samples // SAMPLES_A_STEP) * STEP
    quiet = uniform_filter1d(heard.level, 5) * np.where(heard.f0 > 0, 4.0, 1.0)
    first = 0
    while count - first > _LONGEST:
        choice = quiet[first + _SHORTEST : first + _LONGEST : STEP]
        last = first + _SHORTEST + STEP * int(choice.argmin())
        yield first, last
        first = last
    yield first, count


class _Singer:
    """Sings chunk after chunk with the voice of another."""

    def __init__(self, heard: Survey, voice: VoicePrint, colouring: Colouring, semitones: float) -> None:
        self._heard, self._colouring = heard, colouring
        self._ratio, self._moved = 2.0 ** (semitones / 12.0), semitones != 0
        change = _BREATH * (voice.noise - heard.noise)
        hiss = np.clip(voice.hiss - heard.hiss, -_MOST_HISS, _MOST_HISS)
        self._crisp = _equaliser(hiss)
        self._hiss = analysis.spread((hiss - hiss.mean())[None], SAMPLE_RATE)[0]
        hz = np.arange(analysis.fft_size(SAMPLE_RATE) // 2 + 1) * SAMPLE_RATE / analysis.fft_size(SAMPLE_RATE)
        airy = np.clip((hz - _AIRY_FROM_HZ) / (_AIRY_TO_HZ - _AIRY_FROM_HZ), 0.0, 1.0)
        self._breath = airy * analysis.spread(np.clip(change, -_MOST_BREATH, _MOST_BREATH)[None], SAMPLE_RATE)
        self._treble = firwin(_TAPS, _TREBLE_HZ, pass_zero=False, fs=SAMPLE_RATE)
        self._above = np.clip((hz - 0.8 * _TREBLE_HZ) / (0.4 * _TREBLE_HZ), 0.0, 1.0)
        self._counted = (hz >= _ABOVE_HZ) & (hz <= _BELOW_HZ)

    def sing(self, samples: Doubles, first: int, last: int, tick: Callable[[float], None]) -> Doubles:
        """The samples of frames `first` to `last`, which may lie beyond the ends, sung anew."""
        f0 = self._melody(first, last)
        voiced = f0 > 0
        crisp = oaconvolve(samples, self._crisp, mode="same")
        unvoiced = _over_samples(~voiced, len(samples))
        if not voiced.any() and not self._moved:
            return np.asarray(crisp)
        before = analysis.envelope(samples, SAMPLE_RATE, f0, analysis.frame_times(len(f0)))
        noise = np.repeat(analysis.from_breath(self._breaths(first, last), SAMPLE_RATE), STEP, axis=0)[: len(f0)]
        tick(0.4)
        after, consonant = self._coloured(before, voiced)
        breathed = np.minimum(noise * np.exp(self._breath / 2), np.maximum(noise, _MOST_NOISE))
        noise = np.where(noise > 0.999, 1.0, np.clip(breathed, 1e-4, 0.999))
        sung = pyworld.synthesize(f0 * self._ratio, np.exp(after), noise, SAMPLE_RATE, 1000 * PERIOD)
        tick(0.95)
        sung = np.pad(sung, (0, max(0, len(samples) - len(sung))))[: len(samples)]
        hissing = self._high(crisp) * _over_samples(consonant, len(samples))
        if self._moved:
            # what has no pitch to the ear that listened may still have the old one to another
            return np.asarray(sung + hissing + self._high(crisp - sung) * unvoiced)
        return np.asarray(sung * (1.0 - unvoiced) + hissing + crisp * unvoiced)

    def _coloured(self, before: Doubles, voiced: npt.NDArray[np.bool_]) -> tuple[Doubles, Doubles]:
        """The envelopes of the new voice, and how far each frame is a consonant, shape (frames,)."""
        after = before.copy()
        bands = analysis.colours(before[voiced], SAMPLE_RATE)
        consonant = np.zeros(len(before))
        consonant[voiced] = _consonance(bands)
        # whose vowel it was shows in vowels: consonants are understood by what they were
        change = (1.0 - consonant[voiced])[:, None] * self._colouring.difference(bands)
        after[voiced] += analysis.spread(change, SAMPLE_RATE)
        after[~voiced] += self._hiss
        after += (self._energy(before) - self._energy(after))[:, None]
        return after + np.log(1.0 - 0.999 * consonant)[:, None] * self._above, consonant

    def _high(self, samples: Doubles) -> Doubles:
        return np.asarray(oaconvolve(samples, self._treble, mode="same"))

    def _melody(self, first: int, last: int) -> Doubles:
        count = len(self._heard.f0)
        inside = self._heard.f0[max(first, 0) : min(last, count)]
        return np.pad(inside, (max(-first, 0), max(last - max(count, first), 0)))

    def _breaths(self, first: int, last: int) -> Doubles:
        codes = self._heard.breath
        begin, end = first // STEP, -(-last // STEP)
        inside = codes[max(begin, 0) : min(end, len(codes))]
        # before and after the song nobody sings
        return np.pad(inside, ((max(-begin, 0), max(end - max(len(codes), begin), 0)), (0, 0)))

    def _energy(self, envelope: Doubles) -> Doubles:
        return np.asarray(np.log(np.exp(envelope[:, self._counted]).sum(axis=1)))


def _consonance(bands: Doubles) -> Doubles:
    """0 for a vowel … 1 for a consonant of each envelope in bands, shape (frames,)."""
    power, hz = np.exp(bands), analysis.band_hz()
    treble, bass = power[:, hz > 3500.0].mean(axis=1), power[:, hz < 1000.0].mean(axis=1)
    return np.asarray(np.clip((np.log(treble / bass) - _VOWEL) / (_CONSONANT - _VOWEL), 0.0, 1.0))


def _over_samples(frames: npt.NDArray[np.bool_] | Doubles, count: int) -> Doubles:
    """A share for each frame as a gain for each sample, faded over about three frames."""
    gains = uniform_filter1d(frames.astype(np.float64), 3, mode="nearest")
    return np.interp(np.arange(count) / (SAMPLE_RATE * PERIOD), np.arange(len(gains)), gains)


def _equaliser(bands: Doubles) -> Doubles:
    """Taps of the filter, without delay when its middle is time zero, that adds `bands`."""
    curve = analysis.spread((bands - bands.mean())[None], SAMPLE_RATE)[0] / 2
    return np.asarray(firwin2(_TAPS, np.linspace(0.0, 1.0, len(curve)), np.exp(curve)))
