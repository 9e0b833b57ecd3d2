"""The built-in performers as the web shows them; nothing heavy is imported."""

from __future__ import annotations

from functools import cache

from inference.performers import BUILT_IN, Performer, midi, portrait, sample


def built_in(name: str) -> Performer | None:
    """The built-in performer of a name, if there is one."""
    return next((each for each in BUILT_IN if each.name == name), None)


def built_ins() -> tuple[Performer, ...]:
    """All of them, in their order."""
    return BUILT_IN


@cache
def portrait_of(name: str) -> str | None:
    """The portrait of a built-in performer as SVG text; None when there is no such performer."""
    found = built_in(name)
    return portrait(found) if found is not None else None


@cache
def sample_of(name: str) -> bytes:
    """About ten seconds of a built-in performer, MP3; KeyError when there is no such performer."""
    found = built_in(name)
    if found is None:
        raise KeyError(name)
    return sample(found).read_bytes()


def note_number(note: str) -> int | None:
    """The MIDI note number of a note of a range, as "A2" or "C♯3"; None where it is not known."""
    try:
        return midi(note)
    except ValueError:
        return None
