"""Large numbers as people write them."""

from __future__ import annotations

from django import template

register = template.Library()

_UNITS = ((10**9, "b"), (10**6, "m"), (10**3, "k"))


@register.filter
def short(count: int | None) -> str:
    """As "987", "1.2k", "45k" or "3.1m", never more than there are; nothing for None."""
    if count is None:
        return ""
    for unit, letter in _UNITS:
        if count >= unit:
            tenths = count * 10 // unit
            return f"{tenths // 10}{letter}" if tenths >= 100 or tenths % 10 == 0 else f"{tenths / 10:.1f}{letter}"
    return str(count)
