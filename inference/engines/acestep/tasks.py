"""From a request to what the pipeline is asked: which of its tasks, with which words, over which audio."""

from __future__ import annotations

from inference.engine import EngineError, Operation, Request, Samples
from inference.engines.acestep import facts
from inference.engines.acestep.kinds import Task, kind_of
from inference.engines.neural.finishing import caption
from inference.engines.neural.joining import going_on_from, parent_audio

_RETOLD_SECONDS = 2.0
"""How much of what is there an extension makes anew, to find its way on."""
_SHORTEST_SPAN = 1.0


def task_of(request: Request) -> Task:
    """What to ask of the pipeline; EngineError when the request does not fit what it can do."""
    if request.operation in {Operation.EXTEND, Operation.REPAINT}:
        return _in_place(request)
    if request.operation in {Operation.COVER, Operation.NEW_LYRICS}:
        source = parent_audio(request.parent, facts.SAMPLE_RATE)
        # New words keep the sound of the song as well as its melody; a cover wants another.
        timbre = source if request.operation is Operation.NEW_LYRICS else None
        return _task(request, source.shape[0] / facts.SAMPLE_RATE, source=source, reference=timbre)
    if request.operation is Operation.REFERENCE:
        return _task(request, request.seconds, reference=parent_audio(request.parent, facts.SAMPLE_RATE))
    return _task(request, request.seconds)


def _in_place(request: Request) -> Task:
    kept = parent_audio(request.parent, facts.SAMPLE_RATE)
    length = kept.shape[0] / facts.SAMPLE_RATE
    if request.operation is Operation.REPAINT:
        if request.span is None:
            raise EngineError("Say which part of the song is to be made anew.")
        start, end = max(0.0, request.span[0]), min(length, request.span[1])
        if end - start < _SHORTEST_SPAN:
            raise EngineError(f"The part to make anew must be at least {_SHORTEST_SPAN:g} s long, within the song.")
        return _task(request, length, source=kept, start=start, end=end, kept=kept)
    if request.seconds < length + _SHORTEST_SPAN:
        raise EngineError(f"The song is {length:.0f} s long already; ask for more than that.")
    goes_on = going_on_from(kept, facts.SAMPLE_RATE)
    start = max(0.0, goes_on / facts.SAMPLE_RATE - _RETOLD_SECONDS)
    return _task(request, request.seconds, source=kept, start=start, end=request.seconds, kept=kept[:goes_on])


def _task(
    request: Request,
    seconds: float,
    *,
    source: Samples | None = None,
    reference: Samples | None = None,
    start: float = 0.0,
    end: float = 0.0,
    kept: Samples | None = None,
) -> Task:
    before = request.parent.request if request.parent and request.operation is not Operation.COVER else None
    tempo = request.tempo or (before.tempo if before else None)
    if tempo is not None and not facts.LOWEST_TEMPO <= tempo <= facts.HIGHEST_TEMPO:
        raise EngineError(f"The tempo must lie between {facts.LOWEST_TEMPO:g} and {facts.HIGHEST_TEMPO:g} bpm.")
    meter = request.meter or (before.meter if before else "")
    return Task(
        kind=kind_of(request),
        caption=caption(request),
        lyrics=facts.INSTRUMENTAL if request.instrumental else request.lyrics,
        language=request.language or facts.UNKNOWN_LANGUAGE,
        seconds=seconds,
        tempo=round(tempo) if tempo else None,
        key=request.key or (before.key if before else ""),
        meter=meter.partition("/")[0] if meter in facts.METERS else "",
        source=source,
        reference=reference,
        start=start,
        end=end,
        kept=kept,
        track=_track(request),
    )


def _track(request: Request) -> str:
    track = request.parameters.get("track", "")
    if track and track not in facts.TRACKS:
        raise EngineError(f"The track must be one of {', '.join(facts.TRACKS)}.")
    return str(track)
