"""Where a job stands, in words: its place, about when, and why it moves."""

from __future__ import annotations

from apps.jobs.outlook import Outlook, WaitsFor

LONG_SECONDS = 60.0
"""What is over sooner needs no explanation."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def place_in_line(outlook: Outlook) -> str:
    """Of a job that waits, as "Third in the free queue, about 40 seconds"."""
    match outlook.waits_for:
        case WaitsFor.PAUSED:
            return "Waiting: this engine is paused for now"
        case WaitsFor.LATER:
            return f"Trying again in a moment{about(outlook.eta)}"
        case WaitsFor.OWN_LIMIT:
            return f"Waiting for what you sent before it{about(outlook.eta)}"
    if outlook.position is None:
        return "Waiting for its turn"
    # a line of its own only where there are two
    queue = "in the free queue" if outlook.moves is not None else "in line"
    return f"{_ordinal(outlook.position)} {queue}{about(outlook.eta)}"


def why_it_waits(outlook: Outlook) -> str:
    """One sentence more about a wait, for whoever wonders; nothing where there is nothing to say."""
    match outlook.waits_for:
        case WaitsFor.PAUSED:
            return "It starts when the engine is back. You can cancel it meanwhile."
        case WaitsFor.WORKER:
            return "No machine for it is up. It starts as soon as one is."
        case WaitsFor.OWN_LIMIT:
            return f"Your plan makes {_number(outlook.parallel)} at a time."
        case WaitsFor.ENGINE_LIMIT:
            return "Its engine makes only so many at a time, for everybody together."
    if outlook.waits_for is not WaitsFor.TURN or (outlook.eta or 0.0) < LONG_SECONDS:
        return ""
    if outlook.moves is not None:
        return f"Paid songs go first, and free songs keep their share: one starts {_every(outlook.moves)}."
    return ""


def paid_would_help(outlook: Outlook) -> bool:
    """Whether a paid plan would change a wait that is worth speaking of."""
    if outlook.paid or (outlook.eta or 0.0) < LONG_SECONDS:
        return False
    return outlook.moves is not None or outlook.waits_for is WaitsFor.OWN_LIMIT


def about(seconds: float | None) -> str:
    """How long it may take, after a comma, as ", about 40 seconds"; nothing when nobody can tell."""
    return "" if seconds is None else f", about {_duration(seconds)}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(5, round(seconds / 5) * 5)} seconds"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"


def _every(seconds: float) -> str:
    """How often something happens."""
    if seconds < 20:
        return "every few seconds"
    if seconds < 90:
        return "about every minute"
    return f"about every {round(seconds / 60)} minutes"


def _number(number: int) -> str:
    return "one" if number == 1 else str(number)


def _ordinal(position: int) -> str:
    return _ORDINALS[position - 1].capitalize() if 1 <= position <= len(_ORDINALS) else f"Number {position}"
