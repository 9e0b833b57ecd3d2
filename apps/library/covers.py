"""Covers drawn from the song: the key gives the hue, energy the contrast, the form the shapes, the id the rest."""

from __future__ import annotations

import io
import math
import random
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps

from apps.library.cover_shapes import FAMILIES, Canvas
from apps.library.paths import COVER, COVER_JPEG, COVER_SMALL

SIZE = 640
SMALL = 160

_SCALE = 2
_FIFTHS = {name: place for place, name in enumerate(("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F"))}
_FLATS = {"Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#", "Cb": "B", "Fb": "E", "E#": "F", "B#": "C"}
_KEY = re.compile(r"([A-G][#b]?) (major|minor)")
_DEFAULT_FORM = (("a", 0.25), ("b", 0.25), ("a", 0.2), ("c", 0.15), ("b", 0.15))
_MOST_SECTIONS = 12
_OLIVE = (52.0, 142.0)


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """What a cover is drawn from; `form` holds the sections' names and their shares of the song."""

    seed: bytes
    key: str
    energy: float
    brightness: float
    form: tuple[tuple[str, float], ...]


def write_covers(folder: Path, facts: CoverFacts, given: bytes | None = None) -> None:
    """Write the cover as WebP for pages, small for lists, and as JPEG for tags and previews.

    It is the middle of the JPEG `given`, where there is one that can be read, and drawn otherwise.
    """
    picture = (_cropped(given) if given else None) or draw(facts)
    picture.save(folder / COVER, "WEBP", quality=82, method=2)
    picture.resize((SMALL, SMALL), Image.Resampling.BOX).save(folder / COVER_SMALL, "WEBP", quality=82, method=2)
    picture.save(folder / COVER_JPEG, "JPEG", quality=86, subsampling=0)


def _cropped(given: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(given), formats=("JPEG",)) as opened:
            return ImageOps.fit(opened.convert("RGB"), (SIZE, SIZE), Image.Resampling.LANCZOS)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def draw(facts: CoverFacts) -> Image.Image:
    """The cover, `SIZE` pixels square; the same facts always give the same pixels."""
    chance = random.Random(facts.seed)  # noqa: S311 - a drawing, not a secret
    hue, minor = _hue(facts.key, chance)
    energy, light = _unit(facts.energy), _unit(facts.brightness)
    form = _form(facts.form)
    family = chance.choice(FAMILIES)
    ground, lightness = _ground(hue, energy, light, chance, minor=minor)
    names = list(dict.fromkeys(name for name, _ in form))
    colours = dict(zip(names, _colours(len(names), hue, lightness, energy, chance), strict=True))
    canvas = Canvas(ground, chance, energy, form, colours, _oklch(0.97, 0.03, hue + 40))
    family(canvas)
    picture = ground.resize((SIZE, SIZE), Image.Resampling.BOX)
    return _grain(picture, chance)


def _hue(key: str, chance: random.Random) -> tuple[float, bool]:
    """Degrees: neighbours on the circle of fifths are neighbours in colour; and whether the key is minor."""
    found = _KEY.fullmatch(key)
    if found is None:
        return chance.uniform(0, 360), chance.random() < 0.5
    name, mode = found.groups()
    # warm C, and a relative minor close to its major
    place = _FIFTHS[_FLATS.get(name, name)] - (3 if mode == "minor" else 0)
    return (50 + place * 30 + chance.uniform(-9, 9)) % 360, mode == "minor"


def _unit(value: float) -> float:
    return min(1.0, max(0.0, value)) if math.isfinite(value) else 0.5


def _form(form: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    kept = [(name, share) for name, share in form if math.isfinite(share) and share > 0.01][:_MOST_SECTIONS]
    if len(kept) < 2:
        kept = list(_DEFAULT_FORM)
    total = sum(share for _, share in kept)
    return tuple((name, share / total) for name, share in kept)


def _ground(
    hue: float, energy: float, light: float, chance: random.Random, *, minor: bool
) -> tuple[Image.Image, float]:
    """A wide soft gradient between two neighbouring hues, dark for minor keys; and its mean lightness."""
    base = 0.22 + 0.14 * light if minor else 0.36 + 0.30 * light
    spread = 0.10 + 0.20 * energy
    turn = chance.choice((-1, 1)) * chance.uniform(25, 65)
    dark = _oklch(base - spread / 2, 0.08 + 0.04 * energy, hue)
    middle = _oklch(base + spread * 0.2, 0.11 + 0.05 * energy, hue + turn / 2)
    bright = _oklch(base + spread, 0.13 + 0.05 * energy, hue + turn)
    side = SIZE * _SCALE
    ramp = Image.linear_gradient("L") if chance.random() < 0.6 else ImageChops.invert(Image.radial_gradient("L"))
    # rotated inside a larger square, so that no corner is empty
    ramp = ramp.resize((384, 384), Image.Resampling.BICUBIC).rotate(chance.uniform(0, 360), Image.Resampling.BICUBIC)
    ramp = ramp.crop((64, 64, 320, 320)).filter(ImageFilter.GaussianBlur(6))
    return ImageOps.colorize(
        ramp.resize((side, side), Image.Resampling.BICUBIC), dark, bright, middle
    ), base + spread / 4


def _colours(count: int, hue: float, ground: float, energy: float, chance: random.Random) -> list[tuple[int, int, int]]:
    """A colour for each kind of section, away from the ground's lightness; every other one against the key's hue."""
    against = hue + chance.choice((140, 180, 210))
    room = 0.16 + 0.18 * energy
    made = []
    for place in range(count):
        centre = hue + chance.uniform(-50, 50) if place % 2 == 0 else against + chance.uniform(-22, 22)
        step = 0.09 * (place % 3) + chance.uniform(0, 0.05)
        # on a light ground some are darker, on a dark one all are lighter
        darker = ground > 0.5 and place % 2 == 1
        level = ground - room - step if darker else ground + room + step
        chroma = 0.11 + 0.07 * energy
        made.append(_oklch(min(0.92, max(0.31, level)), chroma, centre))
    return made


def _grain(picture: Image.Image, chance: random.Random) -> Image.Image:
    """A trace of paper, which also hides the steps of a gradient."""
    side = SIZE // 2
    noise = Image.frombytes("L", (side, side), chance.randbytes(side * side)).resize(
        (SIZE, SIZE), Image.Resampling.BILINEAR
    )
    noise = noise.point([120 + value * 16 // 255 for value in range(256)])
    return ImageChops.overlay(picture, Image.merge("RGB", (noise, noise, noise)))


def _oklch(lightness: float, chroma: float, hue: float) -> tuple[int, int, int]:
    """OKLCH (Ottosson 2020) as sRGB; chroma shrinks until the colour exists."""
    hue %= 360
    if lightness < 0.58 and _OLIVE[0] < hue < _OLIVE[1]:
        # dark yellow is olive: lean to rust on one side, to pine on the other
        middle, depth = sum(_OLIVE) / 2, min(1.0, (0.58 - lightness) / 0.2)
        hue += depth * (_OLIVE[0] - hue if hue < middle else _OLIVE[1] - hue) * 0.8
    while True:
        found = _srgb(lightness, chroma, math.radians(hue))
        if chroma < 0.005 or all(-0.002 <= value <= 1.002 for value in found):
            red, green, blue = (round(255 * min(1.0, max(0.0, value))) for value in found)
            return red, green, blue
        chroma *= 0.93


def _srgb(lightness: float, chroma: float, radians: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(radians), chroma * math.sin(radians)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
