"""What the converter heard in a vocal, kept for the next performer."""

from __future__ import annotations

from pathlib import Path

from inference import stages
from inference.separation.model import LISTENING, Report
from inference.stage_cache import StageCache
from inference.swapping import placing
from inference.swapping.stems import Stems
from inference.voice import surveying
from inference.voice.surveying import Survey, survey

_SURVEY = "survey.npz"


def heard_in(lead: Stems, cache: StageCache, report: Report) -> Survey:
    """The survey of the lead's vocals; NothingSung, and what `report` raises."""

    def listen(folder: Path) -> None:
        survey(lead.vocals, lambda done: report(LISTENING, done)).save(folder / _SURVEY)

    kept = cache.get_or_make(
        "heard",
        *(surveying.VERSION, placing.VERSION, *lead.key),
        make=listen,
        waiting=lambda: report(stages.WAITING, 0.0),
    )
    return Survey.load(kept / _SURVEY)
