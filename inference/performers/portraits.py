"""Portraits drawn from the voice: high is small, breath a haze, roughness jagged hair, vibrato a wave.

An SVG of its own colours, at home on a dark and on a light page.
"""

from __future__ import annotations

import math
import random
from html import escape

from inference.performers.cast import BUILT_IN, TIMBRES
from inference.performers.model import Performer, Timbre
from inference.performers.notes import midi

_SIDE = 320
_LOWEST, _HIGHEST = 38.0, 60.0
"""MIDI notes between which the lowest note of a performer may lie."""
_STRANDS = 26


def portrait(performer: Performer) -> str:
    """The performer's portrait: the text of a square SVG, the same every time. Raises KeyError for a stranger."""
    timbre = TIMBRES[performer.name]
    place = BUILT_IN.index(performer)
    hue = round(14 + place * 360 / len(BUILT_IN) * 5) % 360
    height = (midi(performer.range[0]) - _LOWEST) / (_HIGHEST - _LOWEST)
    chance = random.Random(performer.name)  # noqa: S311 - a drawing, no secret
    head = 76 - 18 * height
    x, y = 160.0, 148 + 10 * height
    name = performer.name
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIDE} {_SIDE}" role="img" '
            f'aria-label="{escape(performer.title)}">',
            f'<defs><linearGradient id="{name}-sky" x1="0" y1="0" x2="0.4" y2="1">'
            f'<stop offset="0" stop-color="{_colour(hue, 42, 30)}"/>'
            f'<stop offset="1" stop-color="{_colour(hue + 30, 38, 11)}"/></linearGradient>'
            f'<radialGradient id="{name}-glow"><stop offset="0" stop-color="{_colour(hue + 24, 80, 72)}" '
            f'stop-opacity="{0.25 + 0.55 * timbre.breath:.2f}"/><stop offset="1" '
            f'stop-color="{_colour(hue + 24, 80, 72)}" stop-opacity="0"/></radialGradient>'
            f'<clipPath id="{name}-frame"><rect width="{_SIDE}" height="{_SIDE}" rx="12"/></clipPath></defs>',
            f'<g clip-path="url(#{name}-frame)"><rect width="{_SIDE}" height="{_SIDE}" fill="url(#{name}-sky)"/>',
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{head * 2.1:.0f}" fill="url(#{name}-glow)"/>',
            _waves(timbre, hue, y + 0.42 * head),
            _bust(x, y, head, hue, height),
            _hair(x, y, head, hue, timbre, chance),
            _face(x, y, head, hue),
            "</g></svg>",
        )
    )


def _colour(hue: float, saturation: int, lightness: int) -> str:
    return f"hsl({round(hue) % 360} {saturation}% {lightness}%)"


def _waves(timbre: Timbre, hue: float, y: float) -> str:
    """Three lines from edge to edge that swing as the voice does."""
    lines = []
    for number in range(3):
        swing = 3 + 0.28 * timbre.vibrato_depth * (1 - 0.25 * number)
        length = 300 / timbre.vibrato_rate
        level = y + 22 * (number - 1)
        points = [
            f"{step},{level + swing * math.sin(2 * math.pi * (step / length + number / 5)):.1f}"
            for step in range(0, _SIDE + 8, 8)
        ]
        lines.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{_colour(hue + 24, 75, 70)}" '
            f'stroke-width="{3 - 0.6 * number:.1f}" stroke-linecap="round" opacity="{0.5 - 0.13 * number:.2f}"/>'
        )
    return "".join(lines)


def _bust(x: float, y: float, head: float, hue: float, height: float) -> str:
    """Shoulders, neck and head; a deep voice has the broader chest."""
    shoulder = 150 - 46 * height
    top = y + 1.45 * head
    neck = 0.40 * head
    skin, cloth = _colour(hue + 190, 26, 62), _colour(hue + 150, 45, 32)
    return (
        f'<path d="M{x - shoulder:.0f} {_SIDE} C{x - shoulder:.0f} {top + 24:.0f} {x - 70:.0f} {top:.0f} '
        f"{x:.0f} {top:.0f} "
        f'S{x + shoulder:.0f} {top + 24:.0f} {x + shoulder:.0f} {_SIDE}Z" fill="{cloth}"/>'
        f'<path d="M{x - neck:.0f} {y + 0.6 * head:.0f} L{x - neck:.0f} {top + 4:.0f} Q{x:.0f} {top + 30:.0f} '
        f'{x + neck:.0f} {top + 4:.0f} L{x + neck:.0f} {y + 0.6 * head:.0f}Z" fill="{_colour(hue + 190, 24, 52)}"/>'
        f'<ellipse cx="{x:.0f}" cy="{y:.0f}" rx="{0.82 * head:.0f}" ry="{1.06 * head:.0f}" fill="{skin}"/>'
    )


def _hair(x: float, y: float, head: float, hue: float, timbre: Timbre, chance: random.Random) -> str:
    """A crown around the head: long where the voice is dark or round, jagged where it is rough."""
    length = 1.0 - 0.09 * timbre.tilt + 0.03 * timbre.body
    reach = math.pi * min(max(0.52 + 0.13 * length, 0.5), 0.74)
    outer, inner = [], []
    for step in range(_STRANDS + 1):
        angle = -math.pi / 2 + reach * (2 * step / _STRANDS - 1)
        jag = 1.0 + (0.05 + 0.3 * timbre.rough) * chance.uniform(-0.5, 0.5)
        radius = head * (1.14 + 0.14 * length) * jag
        outer.append((x + 0.84 * radius * math.cos(angle), y + radius * math.sin(angle)))
        fringe = head * (0.80 + 0.08 * math.sin(3 * angle + 2 * timbre.tract[1] * math.pi))
        inner.append((x + 0.88 * fringe * math.cos(angle), y - 0.06 * head + fringe * math.sin(angle)))
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in [*outer, *reversed(inner)])
    return (
        f'<polygon points="{points}" fill="{_colour(hue + 8, 50, 20)}" stroke="{_colour(hue + 8, 50, 20)}" '
        f'stroke-width="6" stroke-linejoin="round"/>'
    )


def _face(x: float, y: float, head: float, hue: float) -> str:
    """Eyes closed, mouth open: singing."""
    line = _colour(hue + 190, 30, 22)
    eyes = "".join(
        f'<path d="M{x + side * 0.36 * head - 10:.1f} {y:.1f} q10 9 20 0" fill="none" stroke="{line}" '
        f'stroke-width="4" stroke-linecap="round"/>'
        for side in (-1, 1)
    )
    mouth = (
        f'<ellipse cx="{x:.0f}" cy="{y + 0.55 * head:.0f}" rx="{0.17 * head:.1f}" ry="{0.2 * head:.1f}" fill="{line}"/>'
    )
    return eyes + mouth
