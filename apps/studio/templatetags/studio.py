"""How the studio says where a take stands."""

from __future__ import annotations

import random
from uuid import UUID

from django import template

from apps.jobs.models import Job
from apps.jobs.words import about, paid_would_help, place_in_line, why_it_waits
from apps.library.models import Version
from apps.studio.operations import Operation, operations_of
from apps.studio.selectors import TakeView, engines
from apps.studio.understanding import Fact

register = template.Library()

_BARS = 50
_WIDTH, _HEIGHT = 200, 28
NEW_LYRICS = "new_lyrics"
_STAGES = {
    "starting": "Warming up the engine",
    "fetching": "Fetching the model, which happens once",
    "loading": "Loading the model",
    "generating": "Making the music",
    "waiting": "Waiting to be made together with others",
    "reading": "Reading your prompt",
    "writing": "Writing the score",
    "singing": "Singing",
    "playing": "Playing the instruments",
    "mixing": "Mixing",
    "mastering": "Mastering",
    "encoding": "Preparing playback",
    "measuring": "Measuring",
    "storing": "Putting it in your library",
}


@register.filter
def says(take: TakeView) -> str:
    """The take's state in a sentence."""
    job = take.job
    if job.status == Job.Status.QUEUED:
        return place_in_line(take.outlook)
    if job.status == Job.Status.RUNNING:
        return f"{_STAGES.get(job.stage, 'Making your song')}{about(take.outlook.eta)} …"
    if job.status == Job.Status.CANCELLED:
        return "Cancelled. Nothing was made."
    return job.error or "This did not work."


@register.filter
def why(take: TakeView) -> str:
    """Why a take that waits does not start yet, in a sentence; empty where there is nothing to explain."""
    return why_it_waits(take.outlook) if take.job.status == Job.Status.QUEUED else ""


@register.filter
def paid_helps(take: TakeView) -> bool:
    """Whether a paid plan would change the wait."""
    return take.job.status == Job.Status.QUEUED and paid_would_help(take.outlook)


@register.simple_tag
def operations_for(version: Version) -> list[Operation]:
    """What can be made of a version here, and what it costs; two queries."""
    return operations_of(engines(), version)


@register.simple_tag
def singing_again(operations: list[Operation]) -> Operation | None:
    """Having other words sung, where somebody here can."""
    return next((each for each in operations if each.name == NEW_LYRICS and each.engine), None)


@register.filter
def came_from(fact: Fact) -> str:
    """Who said what was understood."""
    if fact.source == "field":
        return "set by you"
    if fact.source == "prompt":
        return f"from your words “{fact.words}”" if fact.words else "from your words"
    return "chosen for you: nothing was said about it"


@register.filter
def percent(fraction: float | None) -> int:
    """A fraction as whole percent."""
    return round(100 * min(max(fraction or 0.0, 0.0), 1.0))


@register.filter
def double(number: int) -> int:
    """Percent as units of the progress picture, which is 200 wide."""
    return 2 * number


@register.simple_tag
def wave(seed: UUID) -> str:
    """An SVG path of bars, the same for the same job."""
    heights = random.Random(seed.int)  # noqa: S311 - a picture
    step, middle = _WIDTH / _BARS, _HEIGHT / 2
    parts = []
    for bar in range(_BARS):
        half = heights.uniform(2, middle - 2) * (0.4 + 0.6 * min(bar, _BARS - bar) / (_BARS / 2))
        parts.append(f"M{step * (bar + 0.5):g} {middle - half:.1f}V{middle + half:.1f}")
    return "".join(parts)
