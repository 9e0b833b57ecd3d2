"""Times as people write them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def clock(seconds: float | None) -> str:
    """As "1:05"; nothing for None."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds + 0.05))
    return f"{whole // 60}:{whole % 60:02d}"
