"""From what a model returned to a result: the house's loudness, and the facts that every neural engine records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from inference.audio.mastering import Unheard, master
from inference.engine import EngineError, Request, Result, Samples

_TITLE_LENGTH = 48


def finished(
    request: Request,
    samples: Samples,
    sample_rate: int,
    *,
    weights: str,
    parameters: Mapping[str, Any],
    on_progress: Callable[[float], None],
) -> Result:
    """The mastered result; EngineError when the model returned silence or no numbers."""
    try:
        mix = master(samples, sample_rate, on_progress)
    except Unheard as error:
        raise EngineError("The model returned nothing that can be heard.", retryable=True) from error
    return Result(
        mix=mix,
        sample_rate=sample_rate,
        seed=request.seed,
        tempo=request.tempo,
        key=request.key,
        meter=request.meter,
        genre=request.genre,
        mood=request.mood,
        title=short_title(request),
        stems={},
        score=None,
        sections=(),
        words=(),
        understood={},
        weights=weights,
        parameters=parameters,
    )


def caption(request: Request) -> str:
    """What the model reads: the prompt, and what was chosen besides and is not in it yet."""
    parts = [request.prompt.strip()]
    for chosen in (request.genre, request.mood, *request.instruments):
        if chosen and chosen.lower() not in ", ".join(parts).lower():
            parts.append(chosen)
    return ", ".join(part for part in parts if part)


def short_title(request: Request) -> str:
    """The beginning of the prompt, cut between words."""
    words = " ".join(request.prompt.replace(",", " , ").split()).replace(" ,", ",")
    clause = next((part.strip() for part in words.split(",") if part.strip()), "") or request.genre or "Untitled"
    while len(clause) > _TITLE_LENGTH and " " in clause:
        clause = clause.rpartition(" ")[0]
    clause = clause[:_TITLE_LENGTH]
    return clause[:1].upper() + clause[1:]
