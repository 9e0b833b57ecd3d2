"""The families of shapes a cover is made of; in each, every section of the song is one part."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a family draws on and from; it paints `ground` in place. Lengths are shares of the side."""

    ground: Image.Image
    chance: random.Random
    energy: float
    form: tuple[tuple[str, float], ...]
    colours: Mapping[str, Colour]
    glow: Colour

    @property
    def side(self) -> int:
        """Pixels."""
        return self.ground.width

    def paint(
        self, colour: Colour, opacity: float, draw: Callable[[ImageDraw.ImageDraw], None], soft: float = 0
    ) -> None:
        """Paint what `draw` fills on a mask; `soft` blurs its edge by that share of the side."""
        mask = Image.new("L", (self.side, self.side))
        draw(ImageDraw.Draw(mask))
        if soft:
            # a soft edge needs no fine mask
            small = mask.reduce(8).filter(ImageFilter.GaussianBlur(soft * self.side / 8))
            mask = small.resize(mask.size, Image.Resampling.BICUBIC)
        box = mask.getbbox()
        if box is None:
            return
        part = mask.crop(box)
        if opacity < 1:
            part = part.point([round(value * opacity) for value in range(256)])
        self.ground.paste(colour, box, part)

    def polygon(self, colour: Colour, opacity: float, outline: Sequence[Point]) -> None:
        """A filled outline; points in shares of the side."""
        points = [(x * self.side, y * self.side) for x, y in outline]
        self.paint(colour, opacity, lambda pen: pen.polygon(points, fill=255))

    def capsule(self, colour: Colour, opacity: float, box: tuple[float, float, float, float]) -> None:
        """A rectangle with round ends."""
        left, top, right, bottom = (edge * self.side for edge in box)
        corner = min(right - left, bottom - top) / 2
        self.paint(colour, opacity, lambda pen: pen.rounded_rectangle((left, top, right, bottom), corner, fill=255))

    def disc(self, colour: Colour, opacity: float, centre: Point, radius: float, soft: float = 0) -> None:
        """A filled circle."""
        box = self.box(centre, radius)
        self.paint(colour, opacity, lambda pen: pen.ellipse(box, fill=255), soft)

    def box(self, centre: Point, radius: float) -> tuple[float, float, float, float]:
        """The square around a circle, in pixels."""
        x, y, r = centre[0] * self.side, centre[1] * self.side, radius * self.side
        return x - r, y - r, x + r, y + r

    def shadow(self, centre: Point, radius: float) -> None:
        """A soft dark behind a shape that should stand out."""
        self.disc((8, 6, 10), 0.25 + 0.25 * self.energy, centre, radius, 0.05)


def rings(canvas: Canvas) -> None:
    """A record: each section an arc as long as it lasts, one groove after the other."""
    chance, side = canvas.chance, canvas.side
    centre = (chance.uniform(0.32, 0.68), chance.uniform(0.32, 0.68))
    outer, inner = chance.uniform(0.46, 0.62), chance.uniform(0.06, 0.12)
    step = (outer - inner) / len(canvas.form)
    thickness = step * (0.45 + 0.35 * canvas.energy)
    canvas.shadow(centre, outer * 0.8)
    angle = chance.uniform(0, 360)
    for place, (name, share) in enumerate(canvas.form):
        radius = outer - place * step
        sweep = 70 + 270 * min(1.0, share * len(canvas.form) / 1.6)

        def arc(pen: ImageDraw.ImageDraw, radius: float = radius, start: float = angle, sweep: float = sweep) -> None:
            pen.arc(canvas.box(centre, radius), start, start + sweep, fill=255, width=round(thickness * side))
            for end in (start, start + sweep):
                middle = radius - thickness / 2
                tip = (
                    centre[0] + middle * math.cos(math.radians(end)),
                    centre[1] + middle * math.sin(math.radians(end)),
                )
                pen.ellipse(canvas.box(tip, thickness / 2), fill=255)

        canvas.paint(canvas.colours[name], 0.94, arc)
        angle += sweep * 0.6 + chance.uniform(20, 60)
    canvas.disc(canvas.glow, 0.92, centre, inner * 0.6)


def hills(canvas: Canvas) -> None:
    """A landscape: a sun, and a ridge for each section, the longer the higher."""
    chance = canvas.chance
    sun = (chance.uniform(0.25, 0.75), chance.uniform(0.22, 0.42))
    size = chance.uniform(0.10, 0.19)
    canvas.disc(canvas.glow, 0.55, sun, size * 1.25, 0.06)
    canvas.disc(canvas.glow, 0.95, sun, size)
    count = len(canvas.form)
    for place, (name, share) in enumerate(canvas.form):
        level = 0.40 + 0.58 * place / count
        height = (0.03 + 0.16 * canvas.energy) * (0.6 + share * count * 0.5)
        bumps, phase = chance.uniform(0.6, 1.5 + canvas.energy), chance.uniform(0, 6.3)
        ridge = []
        for step in range(49):
            x = step / 48
            wave = math.sin(bumps * x * 6.283 + phase) + 0.35 * math.sin(2.7 * bumps * x * 6.283)
            ridge.append((x, level - height * wave))
        canvas.polygon(canvas.colours[name], 0.9, [*ridge, (1, 1), (0, 1)])


def discs(canvas: Canvas) -> None:
    """Translucent discs along a curve, each as large as its section is long."""
    chance = canvas.chance
    turn, lean = chance.uniform(0, 6.283), chance.uniform(0.5, 1.0)
    count = len(canvas.form)
    for place, (name, share) in enumerate(canvas.form):
        along = place / max(1, count - 1) - 0.5
        bend = math.sin(along * 4 + turn) * 0.22
        x = 0.5 + 0.62 * along * math.cos(turn) * lean - bend * math.sin(turn)
        y = 0.5 + 0.62 * along * math.sin(turn) * lean + bend * math.cos(turn)
        radius = 0.10 + 0.24 * math.sqrt(min(1.0, share * 2.2))
        canvas.disc(canvas.colours[name], 0.62 + 0.3 * canvas.energy, (x, y), radius, 0.05 * (1 - canvas.energy) ** 2)
        if place % 3 == 0:
            canvas.disc(canvas.glow, 0.8, (x + radius * 0.3, y - radius * 0.3), radius * 0.16)


def columns(canvas: Canvas) -> None:
    """Round-headed columns, one a section, as wide as it is long."""
    chance = canvas.chance
    gap = 0.012 + 0.02 * chance.random()
    x, width = 0.09, 0.82 - gap * (len(canvas.form) - 1)
    flip = chance.random() < 0.3
    for name, share in canvas.form:
        wide = width * share
        tall = 0.26 + (0.2 + 0.36 * canvas.energy) * chance.random() + 0.12
        top = 0.5 - tall / 2 + chance.uniform(-0.5, 0.5) * (0.74 - tall) if tall < 0.74 else 0.13
        box = (x, top, x + wide, top + tall)
        canvas.capsule(canvas.colours[name], 0.95, (box[1], box[0], box[3], box[2]) if flip else box)
        spot = (x + wide / 2, top + wide / 2)
        if wide > 0.05 and chance.random() < 0.45:
            canvas.disc(canvas.glow, 0.9, (spot[1], spot[0]) if flip else spot, wide * 0.22)
        x += wide + gap


def tiles(canvas: Canvas) -> None:
    """A mosaic of quarter discs; sections follow one another as the rows are read."""
    chance, side = canvas.chance, canvas.side
    across = 3 if canvas.energy < 0.4 else 4 if canvas.energy < 0.75 else 5
    cell = side / across
    names = [name for name, _ in canvas.form]
    ends = [sum(share for _, share in canvas.form[: place + 1]) for place in range(len(names))]
    for place in range(across * across):
        name = next((name for name, end in zip(names, ends, strict=True) if place / across**2 < end), names[-1])
        left, top = place % across * cell, place // across * cell
        colour = canvas.glow if chance.random() < 0.07 else canvas.colours[name]
        kind = chance.choice(("quarter", "quarter", "quarter", "disc", "half", "none"))

        def tile(pen: ImageDraw.ImageDraw, left: float = left, top: float = top, kind: str = kind) -> None:
            corner = chance.randrange(4)
            x, y = left + (corner % 2) * cell, top + (corner // 2) * cell
            if kind == "quarter":
                pen.pieslice((x - cell, y - cell, x + cell, y + cell), *_QUARTERS[corner], fill=255)
            elif kind == "disc":
                inset = cell * 0.14
                pen.ellipse((left + inset, top + inset, left + cell - inset, top + cell - inset), fill=255)
            elif kind == "half":
                start = corner * 90
                pen.pieslice((left, top, left + cell, top + cell), start, start + 180, fill=255)

        if kind != "none":
            canvas.paint(colour, 0.93, tile)


_QUARTERS = ((0, 90), (90, 180), (270, 360), (180, 270))


def ribbons(canvas: Canvas) -> None:
    """Strands that flow together, rising where their section is long."""
    chance = canvas.chance
    count = len(canvas.form)
    sway, lean = chance.uniform(0.8, 1.7), chance.uniform(-0.5, 0.5)
    phase, swell = chance.uniform(0, 6.3), 0.06 + 0.12 * canvas.energy
    band = 0.9 / count
    for place, (name, share) in enumerate(canvas.form):
        centre = -0.02 + band * (place + 0.6)
        thick = band * (0.25 + 0.4 * min(1.6, share * count))
        upper, lower = [], []
        for step in range(41):
            x = step / 40
            y = centre + lean * (x - 0.5) * 0.6 + swell * math.sin(sway * 6.283 * x + phase + place * 0.45)
            half = thick * (0.55 + 0.45 * math.sin(3.1 * x * sway + place * 1.3 + phase)) / 2 + 0.006
            upper.append((x, y - half))
            lower.append((x, y + half))
        canvas.polygon(canvas.colours[name], 0.93, [*upper, *reversed(lower)])


def petals(canvas: Canvas) -> None:
    """A flower that opens clockwise: each section a petal, as long as it lasts."""
    chance = canvas.chance
    centre = (chance.uniform(0.42, 0.58), chance.uniform(0.42, 0.58))
    canvas.shadow(centre, 0.34)
    angle, count = chance.uniform(0, 360), len(canvas.form)
    fold = 2 if count < 6 else 1
    for turn in range(fold):
        for name, share in canvas.form:
            length = (0.24 + 0.20 * min(1.8, share * count)) * (1 - 0.35 * turn)
            wide = length * (0.24 + 0.16 * (1 - canvas.energy))
            outline = [_petal(centre, angle, length, wide, step / 20) for step in range(41)]
            canvas.polygon(canvas.colours[name], 0.86, outline)
            angle += 360 / count
        angle += 180 / count
    canvas.disc(canvas.glow, 0.95, centre, 0.05)


def _petal(centre: Point, angle: float, length: float, wide: float, along: float) -> Point:
    """A point of a petal's outline: out for `along` 0..1, back for 1..2."""
    reach = along if along <= 1 else 2 - along
    out, aside = length * reach, wide * math.sin(math.pi * reach**0.8) * (1 if along <= 1 else -1)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return centre[0] + out * cos - aside * sin, centre[1] + out * sin + aside * cos


FAMILIES: tuple[Callable[[Canvas], None], ...] = (rings, hills, discs, columns, tiles, ribbons, petals)
