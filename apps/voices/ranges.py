"""The range of a voice: where it is at home, and where it lies on a keyboard."""

from __future__ import annotations

from dataclasses import dataclass

from apps.voices.built_in import note_number

LOW, MIDDLE, HIGH = "low", "middle", "high"
_LOW_BELOW, _MIDDLE_BELOW = 47, 57
"""MIDI notes: whose lowest note lies below the first is low, below the second in the middle."""

FIRST, LAST = 36, 84
"""MIDI notes of the keyboard's ends, C2 and C6."""
_KEY = 6
"""Width of a white key."""
_BLACK, _HALF = 4, 2
"""Width of a black key, and half of it."""
_LONG, _SHORT = 30, 18
"""Heights of white and black keys."""
_WHITE_STEPS = (0, 2, 4, 5, 7, 9, 11)
_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")


@dataclass(frozen=True, slots=True)
class Keyboard:
    """A range as a stretch of the keyboard, in units of its picture."""

    x: int
    width: int


def register_of(lowest: str) -> str:
    """Where a voice with this lowest note is at home; empty where that is not known."""
    number = note_number(lowest)
    if number is None:
        return ""
    if number < _LOW_BELOW:
        return LOW
    return MIDDLE if number < _MIDDLE_BELOW else HIGH


def lowest_notes(register: str) -> list[str]:
    """Every lowest note that a voice of this register may have, as registered voices write them."""
    names = (f"{name}{octave}" for octave in range(9) for name in _NAMES)
    return [name for name in names if register_of(name) == register]


def keyboard_of(lowest: str, highest: str) -> Keyboard | None:
    """Where a range lies on the keyboard, as far as the keyboard goes; None where it is not known."""
    low, high = note_number(lowest), note_number(highest)
    if low is None or high is None or high < low:
        return None
    left = _left(min(max(low, FIRST), LAST))
    key = min(max(high, FIRST), LAST)
    return Keyboard(left, _left(key) + (_KEY if _is_white(key) else _BLACK) - left)


def keyboard_size() -> tuple[int, int]:
    """Width and height of the picture."""
    return _left(LAST) + _KEY, _LONG


def keyboard_paths() -> tuple[str, str]:
    """The gaps between white keys, and the black keys, as SVG paths."""
    notes = range(FIRST, LAST + 1)
    gaps = "".join(f"M{_left(note)} 0V{_LONG}" for note in notes if _is_white(note) and note > FIRST)
    black = "".join(f"M{_left(note)} 0h{_BLACK}v{_SHORT}h-{_BLACK}z" for note in notes if not _is_white(note))
    return gaps, black


def _is_white(note: int) -> bool:
    return note % 12 in _WHITE_STEPS


def _left(note: int) -> int:
    """The left edge of a key; a black one lies across the gap before the next white one."""
    octave, step = divmod(note - FIRST, 12)
    whites = 7 * octave + sum(white < step for white in _WHITE_STEPS)
    return whites * _KEY if _is_white(note) else whites * _KEY - _HALF
