"""Whether the metrics of quality tell the truth: damage of known size, and reference implementations."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.figures import Figure
from bench.harness.estimators import NEEDED
from bench.harness.memory import memory_of_children
from bench.harness.singer import NOTE_STEP_SECONDS, RATE, noisy, sing
from inference.audio.decode import read
from inference.audio.wave import write_wave
from inference.engine import Samples
from inference.quality import cepstra, levels, melody, mos
from inference.quality.pitch import HOP_SECONDS, Track, track
from inference.quality.reading import RATE as TRACK_RATE
from inference.quality.words import word_error_rate

MOST_CENTS_OFF, MOST_VOICING_OFF, MOST_SHIFT_OFF_MS = 3.0, 3.0, 5.0
MOST_DB_OFF, MOST_PROXY_OFF = 0.1, 2.0
MOST_RMSE_OFF, MOST_OCTAVE_OFF = 15.0, 0.1
MOST_GROWTH = 1.1
_SECONDS, _QUICK_SECONDS = 30.0, 5.0
_MEMORY_MINUTES = (4, 10)
_WORDS = ("river", "home", "light", "summer", "stone", "train", "morning", "letter", "city", "gold")


@dataclass(frozen=True, slots=True)
class _Heard:
    """A vocal and what is measured of it alone."""

    path: Path
    track: Track


def add_arguments(parser: ArgumentParser) -> None:
    """The bench's own options."""
    parser.add_argument("--vocals", type=Path, help="a real vocal: adds the floor of plain analysis and resynthesis")


def run(*, quick: bool, vocals: Path | None = None) -> Iterator[Figure]:
    """Protocol: a made-up singer of known pitch is damaged by known amounts; each metric must move by its definition
    and no other. Values against the truth are absolute differences. Reference implementations: librosa's pyin and
    MFCC, mir_eval's measures of melody, jiwer's word errors.
    """
    try:
        import jiwer  # noqa: F401
        import librosa  # noqa: F401
        import mir_eval  # noqa: F401
    except ImportError:
        print(NEEDED, file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="refrain-bench-") as temporary:
        bench = _Bench(Path(temporary), _QUICK_SECONDS if quick else _SECONDS)
        yield from bench.truth()
        yield from bench.detuned()
        yield from bench.unvoiced()
        yield from bench.late_and_soft()
        yield from bench.noise()
        yield from bench.colour()
        yield from _words()
        yield from bench.references()
        if vocals is not None:
            yield from bench.floor(vocals)
        if not quick:
            yield from _memory(Path(temporary))


class _Bench:
    """The singer, undamaged, and what is done to it."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder, self._seconds = folder, seconds
        self._sung = sing(seconds)
        self._plain = self._hear("plain", self._sung.samples)

    def _hear(self, name: str, samples: Samples) -> _Heard:
        path = self._folder / f"{name}.wav"
        write_wave(path, samples, RATE)
        return _Heard(path, track(path))

    def _compare(self, other: _Heard, semitones: float = 0.0) -> melody.Melody:
        return melody.compare(self._plain.track, other.track, semitones)

    def _colours(self, other: _Heard) -> cepstra.Distances:
        return cepstra.compare(self._plain.path, other.path, (self._plain.track, other.track), lambda share: None)

    def truth(self) -> Iterator[Figure]:
        """The estimator alone against the pitch that was sung."""
        for name, octaves in (("low", -1), ("middle", 0), ("high", 1)):
            sung = sing(self._seconds, cents=1200 * octaves)
            f0 = self._hear(f"octave {octaves}", sung.samples).track.f0
            places = np.minimum((np.arange(f0.size) * HOP_SECONDS * RATE).astype(int), sung.f0.size - 1)
            known = sung.f0[places]
            both = (known > 0) & (f0 > 0)
            errors = np.abs(1200 * np.log2(f0[both] / known[both]))
            told = f"estimator against the truth, {name}"
            yield _most(f"{told}, median", float(np.median(errors)), "cents", MOST_CENTS_OFF)
            yield _most(f"{told}, RMSE", float(np.sqrt(np.mean(errors**2))), "cents", MOST_RMSE_OFF)
            yield Figure(f"{told}, voicing error", _round(100 * np.mean((known > 0) != (f0 > 0))), "%")

    def detuned(self) -> Iterator[Figure]:
        """Offsets and a slow wobble, and an intended transposition, which is none."""
        for cents in (30.0, 70.0):
            other = self._hear("detuned", sing(self._seconds, cents=cents).samples)
            found = self._compare(other)
            yield _off(f"F0 RMSE, {cents:g} cents sharp", found.rmse, cents, "cents", MOST_CENTS_OFF)
            yield _most(f"voicing error, {cents:g} cents sharp", found.voicing_error, "%", MOST_VOICING_OFF)
        wobble = self._compare(self._hear("wobble", sing(self._seconds, wobble_cents=40).samples))
        yield _off("F0 RMSE, a wobble of 40 cents", wobble.rmse, 40.0, "cents", 2 * MOST_CENTS_OFF)
        yield from self._octaves()
        higher = self._compare(self._hear("higher", sing(self._seconds, cents=300).samples), 3)
        yield _most("F0 error, 3 semitones higher as intended, median", higher.median, "cents", MOST_CENTS_OFF)

    def _octaves(self) -> Iterator[Figure]:
        """Every fourth note an octave low: √share of an octave, and nothing for the median."""
        low, step = sing(self._seconds, cents=-1200), round(NOTE_STEP_SECONDS * RATE)
        chosen = np.arange(low.f0.size) // step % 4 == 3
        other = self._hear("octaves", np.where(chosen[:, None], low.samples, self._sung.samples))
        found = self._compare(other)
        share = float(np.mean(chosen[self._sung.f0 > 0]))
        wanted = 1200 * math.sqrt(share)
        yield _off("F0 RMSE, every fourth note an octave low", found.rmse, wanted, "cents", MOST_OCTAVE_OFF * wanted)
        yield _most("F0 error of it, median", found.median, "cents", MOST_CENTS_OFF)

    def unvoiced(self) -> Iterator[Figure]:
        """Parts of each note only breathed."""
        share = 0.3
        lost = self._hear("lost", sing(self._seconds, mute=share).samples)
        before, after = self._sung.f0, sing(self._seconds, mute=share).f0
        size = min(before.size, after.size)
        wanted = 100 * float(np.mean((before[:size] > 0) != (after[:size] > 0)))
        found = self._compare(lost)
        name = f"voicing error, {share:.0%} of each note breathed"
        yield _off(name, found.voicing_error, wanted, "%", MOST_VOICING_OFF)
        yield _most("F0 error of the rest, median", found.median, "cents", MOST_CENTS_OFF)

    def late_and_soft(self) -> Iterator[Figure]:
        """100 ms later, and half as loud."""
        late = self._hear("late", np.concatenate([np.zeros((RATE // 10, 2), np.float32), self._sung.samples]))
        offset = melody.offset_ms(self._plain.track, late.track)
        yield _off("time offset, 100 ms late", offset, 100.0, "ms", MOST_SHIFT_OFF_MS)
        soft = self._hear("soft", self._sung.samples * np.float32(0.5))
        change = (levels.rms_dbfs(self._plain.path) or 0.0) - (levels.rms_dbfs(soft.path) or 0.0)
        yield _off("level, half as loud", change, 6.02, "dB", MOST_DB_OFF)
        yield _most("F0 RMSE, half as loud", self._compare(soft).rmse, "cents", 1.0)
        yield _most("MCD, half as loud", self._colours(soft).mcd, "dB", 0.2)

    def noise(self) -> Iterator[Figure]:
        """White noise at known distances."""
        power = 10 ** (self._plain.track.level.astype(np.float64) / 10)
        voiced = float(power[self._plain.track.voiced].mean())
        pauses = voiced / 10 ** ((levels.snr_proxy(self._plain.track) or 0.0) / 10)
        mean = float(np.square(self._sung.samples, dtype=np.float64).mean())
        guesses = [mos.predicted(self._plain.path, (0,), lambda share: None)] if mos.available() else []
        for distance in (30.0, 20.0, 10.0):
            other = self._hear("noisy", noisy(self._sung.samples, distance))
            ratio = levels.closeness(self._plain.path, other.path).ratio_db
            yield _off(f"SDR, noise at {distance:g} dB", ratio, distance, "dB", MOST_DB_OFF)
            yield _most(f"F0 error, noise at {distance:g} dB, median", self._compare(other).median, "cents", 10.0)
            # The estimator hears no more of white noise than its own rate leaves.
            heard = mean * 10 ** (-distance / 10) * TRACK_RATE / RATE
            wanted = 10 * math.log10((voiced + heard) / (pauses + heard))
            proxy = levels.snr_proxy(other.track)
            yield _off(f"SNR proxy, noise at {distance:g} dB", proxy, round(wanted, 2), "dB", MOST_PROXY_OFF)
            if guesses:
                guesses.append(mos.predicted(other.path, (0,), lambda share: None))
        told = [guess for guess in guesses if guess is not None]
        if told:
            falls = told[0] > told[-1] and told[1] > told[-1]
            line = " → ".join(f"{guess:.2f}" for guess in told)
            yield Figure(f"predicted MOS ({line}), fall", _round(told[0] - told[-1]), "", target="> 0", ok=falls)

    def colour(self) -> Iterator[Figure]:
        """A longer throat moves the colour and leaves the melody."""
        near, far = (self._hear(f"throat {tract}", sing(self._seconds, tract=tract).samples) for tract in (0.97, 0.8))
        near_by, far_off = self._colours(near), self._colours(far)
        grows = (far_off.mcd or 0) > (near_by.mcd or 0) and (far_off.mfcc or 0) > (near_by.mfcc or 0)
        ratio = (far_off.mcd or 0) / max(near_by.mcd or 0, 1e-9)
        yield Figure("MCD of a throat 20 % off over that of 3 %", _round(ratio), "×", target="> 1", ok=grows)
        yield _most("F0 error of it, median", self._compare(far).median, "cents", MOST_CENTS_OFF)

    def references(self) -> Iterator[Figure]:
        """Our figures beside those of public libraries, of the same sound."""
        import librosa
        import mir_eval

        mono = librosa.load(self._plain.path, sr=24_000, mono=True)[0]
        f0, _, _ = librosa.pyin(mono, fmin=65, fmax=1400, sr=24_000, frame_length=2048, hop_length=240)
        ours = self._plain.track.f0[::2][: f0.size]
        theirs = np.nan_to_num(f0)[: ours.size]
        both = (ours > 0) & (theirs > 0)
        apart = float(np.median(np.abs(1200 * np.log2(ours[both] / theirs[both]))))
        yield _most("pitch beside librosa's pyin, median", apart, "cents", 12.0)
        power = np.abs(librosa.stft(mono, n_fft=1024, win_length=600, hop_length=240)) ** 2
        bands = librosa.feature.melspectrogram(S=power, sr=24_000, n_mels=40, fmax=8000)
        theirs = librosa.feature.mfcc(S=librosa.power_to_db(bands, top_db=None), n_mfcc=13)[1:].T
        yield _most("MFCC beside librosa's, most", float(np.abs(theirs - cepstra.mfcc(power.T)).max()), "", 0.01)
        other = self._hear("beside", sing(self._seconds, cents=30, mute=0.2).samples)
        size = min(other.track.f0.size, self._plain.track.f0.size)
        before, after = (mir_eval.melody.hz2cents(each.track.f0[:size]) for each in (self._plain, other))
        voiced = self._plain.track.voiced[:size], other.track.voiced[:size]
        recall, alarm = mir_eval.melody.voicing_measures(*voiced)
        share = float(np.mean(voiced[0]))
        error = 100 * ((1 - recall) * share + alarm * (1 - share))
        yield _off("voicing error beside mir_eval's", self._compare(other).voicing_error, error, "%", 0.01)
        near = mir_eval.melody.raw_pitch_accuracy(voiced[0], before, voiced[0] & voiced[1], after, cent_tolerance=50)
        kept = np.abs((after - before)[voiced[0] & voiced[1]]) < 50
        share = 100 * float(kept.sum() / voiced[0].sum())
        yield _off("share within 50 cents beside mir_eval's", share, 100 * near, "%", 0.01)

    def floor(self, vocals: Path) -> Iterator[Figure]:
        """Plain analysis and resynthesis of a real vocal by WORLD: what every converter of its kind starts from."""
        import pyworld

        samples = read(vocals, 24_000).mean(axis=1).astype(np.float64)
        f0, times = pyworld.harvest(samples, 24_000)
        parts = (pyworld.cheaptrick(samples, f0, times, 24_000), pyworld.d4c(samples, f0, times, 24_000))
        made = pyworld.synthesize(f0, *parts, 24_000)[: samples.size]
        path = self._folder / "floor.wav"
        write_wave(path, made.astype(np.float32)[:, None], 24_000)
        found = melody.compare(track(vocals), track(path), 0)
        yield Figure("floor: F0 RMSE", _round(found.rmse), "cents")
        yield Figure("floor: F0 error, median", _round(found.median), "cents")
        yield Figure("floor: voicing error", _round(found.voicing_error), "%")
        yield Figure("floor: log-F0 correlation", _round(found.correlation), "")


def _words() -> Iterator[Figure]:
    """Words swapped, dropped and added at random, counted by us and by jiwer."""
    import jiwer

    chance = random.Random(3)  # noqa: S311 - a draw, not a secret
    worst = swapped = 0.0
    for _ in range(200):
        words = chance.choices(_WORDS, k=chance.randint(1, 40))
        heard = [chance.choice(_WORDS) if chance.random() < 0.2 else word for word in words if chance.random() > 0.1]
        text, other = " ".join(words), " ".join(heard)
        worst = max(worst, abs((word_error_rate(text, other) or 0.0) - jiwer.wer(text, other)))
        count = chance.randint(0, len(words))
        changed = ["otherwise"] * count + words[count:]
        swapped = max(swapped, abs((word_error_rate(text, " ".join(changed)) or 0.0) - count / len(words)))
    yield _most("WER beside jiwer's, 200 texts, most", worst, "", 1e-9)
    yield _most("WER of swapped words beside their share, most", swapped, "", 1e-9)


_MEASURE = """
import sys
from pathlib import Path
from inference.quality.measuring import measure
path = Path(sys.argv[1])
beside = {"mix": path, "source_mix": path, "pictures": path.parent / "pictures"}
measure(path, path, semitones=0, report=lambda *told: None, **beside)
"""


def _memory(folder: Path) -> Iterator[Figure]:
    """Peak memory of a process that measures a song of 4 and one of 10 minutes."""
    peaks: list[float] = []
    minute = sing(60).samples
    for minutes in _MEMORY_MINUTES:
        path = folder / f"{minutes}.wav"
        write_wave(path, np.concatenate([minute] * minutes), RATE)
        with memory_of_children() as memory:
            subprocess.run([sys.executable, "-c", _MEASURE, str(path)], check=True)
        path.unlink()
        peaks.append(memory.peak_mb)
        yield Figure(f"peak memory, {minutes} minutes", round(memory.peak_mb), "MB")
    yield _most("memory of 10 minutes over 4", peaks[1] / peaks[0], "×", MOST_GROWTH)


def _off(name: str, value: float | None, wanted: float, unit: str, most: float) -> Figure:
    """A value that should be `wanted`, within `most`."""
    ok = value is not None and abs(value - wanted) <= most
    return Figure(name, _round(value), unit, target=f"{wanted:.4g} ± {most:g}", ok=ok)


def _most(name: str, value: float | None, unit: str, most: float) -> Figure:
    return Figure(name, _round(value), unit, target=f"≤ {most:g}", ok=value is not None and value <= most)


def _round(value: float | None) -> float:
    return round(float(value), 4) if value is not None else float("nan")
