"""What else may keep a track from being shared: apps above the library say so here."""

from __future__ import annotations

from collections.abc import Callable

from apps.library.models import Track

Check = Callable[[Track], str]
"""A sentence for the owner when the track may not be shared now, else nothing. Called with the track's row locked."""

_checks: dict[str, Check] = {}


def register_check(name: str, check: Check) -> None:
    """Have `check` asked before a track is shared; call it from `AppConfig.ready`."""
    _checks[name] = check


def refusal_of(track: Track) -> str:
    """Why the track may not be shared now; nothing when it may."""
    return next(filter(None, (check(track) for check in _checks.values())), "")
