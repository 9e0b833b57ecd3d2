"""How pages draw the range of a voice."""

from __future__ import annotations

from typing import Any

from django import template

from apps.voices.performers import PerformerView
from apps.voices.ranges import Keyboard, keyboard_of, keyboard_paths, keyboard_size

register = template.Library()


@register.filter
def keyboard(performer: PerformerView) -> Keyboard | None:
    """Where the performer's range lies; None where it is not known."""
    return keyboard_of(performer.lowest, performer.highest)


@register.simple_tag
def keys() -> dict[str, Any]:
    """The keyboard that every range is drawn on, once for a page."""
    width, height = keyboard_size()
    gaps, black = keyboard_paths()
    return {"width": width, "height": height, "gaps": gaps, "black": black}
