"""Drums made by calculation, for genres whose kits no SoundFont of this size holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import signal

from inference.engine import Samples
from inference.engines.composer.playing.soundfont import RATE, drum_hit

Mono = npt.NDArray[np.float32]


def _time(seconds: float) -> npt.NDArray[np.float64]:
    return np.arange(int(RATE * seconds)) / RATE


def _noise(count: int, seed: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal(count)


def _band(x: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    sections = signal.butter(2, [low, high], "bandpass", fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, x))


def _high(x: npt.NDArray[np.float64], frequency: float) -> npt.NDArray[np.float64]:
    return np.asarray(signal.sosfilt(signal.butter(2, frequency, "high", fs=RATE, output="sos"), x))


def _low(x: npt.NDArray[np.float64], frequency: float) -> npt.NDArray[np.float64]:
    return np.asarray(signal.sosfilt(signal.butter(2, frequency, "low", fs=RATE, output="sos"), x))


def _finish(x: npt.NDArray[np.float64], peak: float) -> Mono:
    x = x / max(1e-9, float(np.abs(x).max())) * peak
    fade = min(300, x.size)
    x[-fade:] *= np.linspace(1, 0, fade)
    return x.astype(np.float32)


def kick(base: float, sweep: float, decay: float, click: float, drive: float) -> Mono:
    """A falling sine with a click."""
    t = _time(decay * 5)
    phase = 2 * np.pi * (base * t + sweep * 0.022 * (1 - np.exp(-t / 0.022)))
    body = np.sin(phase) * np.exp(-t / decay)
    snap = _high(_noise(t.size, 1), 2500) * np.exp(-t / 0.003) * click
    return _finish(np.tanh((body + snap * 0.5) * (1 + drive * 3)), 0.95)


def snare(tone: float, decay: float, body: float, seed: int, ceiling: float = 9000) -> Mono:
    """Two drum-head modes under noise."""
    t = _time(decay * 6)
    head = (np.sin(2 * np.pi * tone * t) + 0.6 * np.sin(2 * np.pi * tone * 1.68 * t)) * np.exp(-t / 0.05) * body
    wires = _band(_noise(t.size, seed), 900, ceiling) * np.exp(-t / decay)
    return _finish(np.tanh(1.6 * (head + wires)), 0.8)


def gated_snare() -> Mono:
    """The long snare of the eighties, cut off."""
    t = _time(0.42)
    head = np.sin(2 * np.pi * 180 * t) * np.exp(-t / 0.07)
    room = _band(_noise(t.size, 5), 400, 8000) * (0.25 + 0.75 * np.exp(-t / 0.05)) * (t < 0.3) * np.exp(-t * 1.2)
    return _finish(np.tanh(1.5 * (head + room)), 0.8)


def clap(seed: int, spread: float = 0.011) -> Mono:
    """Hands, a little apart."""
    t = _time(0.32)
    envelope = sum(np.where(t >= i * spread, np.exp(-(t - i * spread) / 0.006), 0.0) for i in range(3))
    tail = np.where(t >= 3 * spread, np.exp(-(t - 3 * spread) / 0.075), 0.0)
    return _finish(_band(_noise(t.size, seed), 800, 5200) * (envelope * 0.7 + tail), 0.7)


def hat(decay: float, seed: int, low: float = 7000, metal: float = 0.5) -> Mono:
    """Noise and six clashing squares, high-passed."""
    t = _time(min(0.9, decay * 7))
    squares = sum(np.sign(np.sin(2 * np.pi * f * t)) for f in (2051.0, 3109.0, 3841.0, 4517.0, 5311.0, 6173.0)) / 6
    return _finish(_high(_noise(t.size, seed) * (1 - metal) + squares * metal, low) * np.exp(-t / decay), 0.32)


def crash(seed: int) -> Mono:
    """A cymbal that takes two seconds to leave."""
    t = _time(2.4)
    squares = sum(np.sign(np.sin(2 * np.pi * f * t)) for f in (1709.0, 2633.0, 3499.0, 4397.0, 5801.0)) / 5
    return _finish(_high(_noise(t.size, seed) + squares * 0.4, 3800) * np.exp(-t / 0.55), 0.5)


def tom(base: float, decay: float) -> Mono:
    """A falling sine with some skin."""
    t = _time(decay * 5)
    phase = 2 * np.pi * (base * t + base * 0.6 * 0.04 * (1 - np.exp(-t / 0.04)))
    skin = _low(_noise(t.size, 9), 1500) * np.exp(-t / 0.02) * 0.3
    return _finish(np.sin(phase) * np.exp(-t / decay) + skin, 0.85)


def taiko(base: float) -> Mono:
    """A large drum in a hall."""
    t = _time(2.2)
    phase = 2 * np.pi * (base * t + base * 0.5 * 0.05 * (1 - np.exp(-t / 0.05)))
    body = np.sin(phase) * np.exp(-t / 0.4) + 0.4 * np.sin(phase * 1.593) * np.exp(-t / 0.16)
    stick = _band(_noise(t.size, 11), 200, 2500) * np.exp(-t / 0.03) * 0.6
    return _finish(np.tanh(1.4 * (body + stick)), 0.95)


def rim(seed: int) -> Mono:
    """A short wooden click."""
    t = _time(0.09)
    return _finish(
        np.sin(2 * np.pi * 1720 * t) * np.exp(-t / 0.008)
        + _high(_noise(t.size, seed), 3000) * np.exp(-t / 0.004) * 0.5,
        0.55,
    )


def shaker(seed: int) -> Mono:
    """A handful of seeds."""
    t = _time(0.13)
    return _finish(_band(_noise(t.size, seed), 5500, 13000) * np.minimum(t / 0.012, 1) * np.exp(-t / 0.03), 0.35)


def cowbell() -> Mono:
    """Two squares a fifth apart."""
    t = _time(0.35)
    return _finish(
        _band(np.sign(np.sin(2 * np.pi * 540 * t)) + np.sign(np.sin(2 * np.pi * 800 * t)), 400, 4000)
        * np.exp(-t / 0.07),
        0.5,
    )


def crunch(x: Mono, low: float, high: float, drive: float) -> Mono:
    """As sampled from an old record: narrow, driven."""
    y = _low(_high(x.astype(np.float64), low), high)
    return _finish(np.tanh(y * drive), float(np.abs(x).max()))


def riser(seconds: float) -> Samples:
    """Noise that climbs and spreads until the next section takes over."""
    t = np.linspace(0, 1, max(2000, int(RATE * seconds)))
    rng = np.random.default_rng(51)
    sides = []
    for _ in (0, 1):
        noise = rng.standard_normal(t.size)
        low, high = _band(noise, 300, 1500), _band(noise, 1800, 9000)
        sides.append((low * (1 - t) + high * t) * t**2.2 * 0.16)
    tone = np.sin(2 * np.pi * np.cumsum(180 * 4**t) / RATE) * t**2 * 0.05
    stereo = np.stack([sides[0] + tone, sides[1] + tone], axis=1).astype(np.float32)
    stereo[-600:] *= np.linspace(1, 0, 600, dtype=np.float32)[:, None]
    return stereo


def impact() -> Mono:
    """A deep boom under the first beat of a section."""
    t = _time(2.2)
    boom = np.sin(2 * np.pi * (38 * t + 60 * 0.09 * (1 - np.exp(-t / 0.09)))) * np.exp(-t / 0.5)
    return _finish(np.tanh(boom * 1.5) + _low(_noise(t.size, 52), 900) * np.exp(-t / 0.25) * 0.25, 0.8)


def chip_noise(decay: float, hold: int, seed: int) -> Mono:
    """Noise held for some frames, as a sound chip made it."""
    t = _time(decay * 5)
    steps = np.repeat(np.sign(_noise(t.size // hold + 1, seed)), hold)[: t.size]
    return _finish(steps * np.exp(-t / decay), 0.5)


def chip_kick() -> Mono:
    """A triangle that falls."""
    t = _time(0.2)
    phase = 60 * t + 240 * 0.03 * (1 - np.exp(-t / 0.03))
    return _finish((2 * np.abs(2 * (phase % 1) - 1) - 1) * np.exp(-t / 0.06), 0.9)


Recipe = Mapping[int, Callable[[], Mono]]

_MACHINE: Recipe = {
    38: lambda: snare(190, 0.09, 0.7, 3), 39: lambda: clap(4),
        42: lambda: hat(0.028, 6), 46: lambda: hat(0.16, 7),
    44: lambda: hat(0.02, 8), 51: lambda: hat(0.3, 12, 5200, 0.8), 53: lambda: hat(0.35, 13, 4500, 0.9),
        49: lambda: crash(14), 57: lambda: crash(15),
    28: impact,
    37: lambda: rim(16), 70: lambda: shaker(17), 54: lambda: hat(0.07, 18, 6000, 0.7), 56: cowbell,
        45: lambda: tom(95, 0.16), 50: lambda: tom(150, 0.13),
    41: lambda: taiko(62), 63: lambda: tom(250, 0.07), 64: lambda: tom(180, 0.09),
}  # fmt: skip

_KITS: Mapping[str, Recipe] = {
    "909": _MACHINE,
    "808": {**_MACHINE, 38: lambda: snare(175, 0.11, 0.4, 21),
        39: lambda: clap(22, 0.013), 42: lambda: hat(0.018, 23, 8200, 0.8), 46: lambda: hat(0.12, 24, 8000, 0.8)},
    "gated": {**_MACHINE, 38: gated_snare, 45: lambda: tom(85, 0.28),
        50: lambda: tom(135, 0.24)},
    "chip": {**_MACHINE, 36: chip_kick, 38: lambda: chip_noise(0.07, 5, 31), 39: lambda: chip_noise(0.05, 4, 32),
        42: lambda: chip_noise(0.015, 1, 33), 46: lambda: chip_noise(0.06, 1, 34), 45: lambda: tom(110, 0.1),
        50: lambda: tom(170, 0.08)},
    "break": {**_MACHINE, 38: lambda: crunch(snare(215, 0.11, 1.0, 41,
        11000), 150, 13000, 2.2), 42: lambda: hat(0.03, 42, 6000, 0.3), 51: lambda: hat(0.2, 43, 5000, 0.5)},
}  # fmt: skip

_KICKS: Mapping[str, tuple[float, float, float, float]] = {
    "909": (320, 0.16, 0.6, 0.5),
    "808": (190, 0.13, 0.9, 0.8),
    "gated": (260, 0.13, 0.9, 0.4),
    "break": (210, 0.1, 0.8, 0.6),
    "boom bap": (150, 0.12, 0.25, 0.3),
    "lofi": (150, 0.12, 0.25, 0.3),
}
"""Sweep in Hz, decay in seconds, click and drive of each kit's kick."""

_SAMPLED: Mapping[str, int] = {"standard": 0, "room": 8, "power": 16, "jazz": 32, "brush": 40, "orchestra": 48}
_SAMPLED_KICK: Mapping[str, float] = {"power": 39.4, "orchestra": 46.3}
"""The pitch of a sampled kick, where it is not that of the standard kit."""
_BALANCE_DB: Mapping[str, Mapping[int, float]] = {
    "brush": {36: -5, 38: 11, 37: -7, 42: -3, 45: -15, 50: -15, 49: -9, 70: -9, 54: -9},
    "power": {45: -4, 50: -4, 49: -3, 70: -6, 54: -5},
    "room": {36: -2},
    "orchestra": {70: -9},
}
"""What brings a sampled kit's strokes into balance, as one player would strike them."""
_DUSTY: Mapping[str, tuple[float, float, float]] = {"boom bap": (45, 9000, 2.0), "lofi": (60, 5200, 1.5)}


@cache
def hit(kit: str, key: int, tonic: int) -> Samples:
    """One stroke: (frames, 2) at full velocity; calculated kicks are tuned to `tonic`, not to blur the key."""
    if key == 36 and kit in _KICKS:
        sweep, decay, click, drive = _KICKS[kit]
        tuned = kick(_kick_frequency(tonic), sweep, decay, click, drive)
        return _centred(crunch(tuned, *_DUSTY[kit]) if kit in _DUSTY else tuned)
    if key == 41 and kit == "orchestra":
        return _centred(taiko(58))
    if kit in _SAMPLED:
        sampled = drum_hit(_SAMPLED[kit], key) * np.float32(10 ** (_BALANCE_DB.get(kit, {}).get(key, 0) / 20))
        sampled.setflags(write=False)
        return _tuned(sampled, _SAMPLED_KICK.get(kit, 38.1), tonic) if key == 36 else sampled
    if kit in _DUSTY:
        return _dusty(kit, key)
    recipe = _KITS[kit].get(key)
    return _centred(recipe()) if recipe else drum_hit(0, key)


def _tuned(sound: Samples, pitch: float, tonic: int) -> Samples:
    """A sampled stroke moved to the nearest tonic, or to the fifth where that would be too far."""
    home, fifth = (((tonic + step - pitch + 6) % 12) - 6 for step in (0, 7))
    shift = home if abs(home) <= 4 else fifth
    places = np.arange(0, sound.shape[0] - 1, 2 ** (shift / 12))
    stereo = np.stack([np.interp(places, np.arange(sound.shape[0]), sound[:, side]) for side in (0, 1)], axis=1)
    tuned: Samples = stereo.astype(np.float32)
    tuned.setflags(write=False)
    return tuned


def _kick_frequency(tonic: int) -> float:
    """The tonic where a kick sounds best, 37 to 69 Hz; a kick on the fifth would move the key there."""
    above_d = (tonic - 2) % 12
    return 36.71 * 2 ** (above_d / 12)


def _centred(mono: Mono) -> Samples:
    stereo = np.stack([mono, mono], axis=1)
    stereo.setflags(write=False)
    return stereo


def _dusty(kit: str, key: int) -> Samples:
    low, high, drive = _DUSTY[kit]
    source = drum_hit(8 if kit == "lofi" else 0, key)
    narrow = source * 0.5 + source[:, ::-1] * 0.5
    stereo = np.stack([crunch(np.ascontiguousarray(narrow[:, i]), low, high, drive) for i in (0, 1)], axis=1)
    stereo.setflags(write=False)
    return stereo
