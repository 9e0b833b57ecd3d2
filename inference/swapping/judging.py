"""What the result is worth, as a card and pictures beside it."""

from __future__ import annotations

import json
from pathlib import Path

from inference.files import MASTER, QUALITY
from inference.quality.measuring import measure, measure_removal
from inference.quality.model import Card
from inference.separation.model import Report
from inference.speakers.model import Embedding
from inference.swapping.model import SwapTask
from inference.swapping.stems import Stems

CARD = "card.json"


def card_of_swap(
    task: SwapTask, lead: Stems, sung: Path, semitones: float, target: Embedding | None, report: Report
) -> Card:
    """Of the vocal `sung`, `semitones` higher than the lead of the song, with four pictures; `target` is the voice that
    it should have."""
    folder = task.folder / QUALITY
    card = measure(
        lead.vocals,
        sung,
        semitones=semitones,
        report=report,
        lyrics=task.lyrics or None,
        mix=task.folder / MASTER,
        source_mix=lead.song,
        target=target,
        words=task.words,
        language=task.language,
        pictures=folder,
    )
    return _kept(card, folder)


def card_of_removal(task: SwapTask, stems: Stems, report: Report) -> Card:
    """Of the song without its vocals."""
    return _kept(measure_removal(stems.song, task.folder / MASTER, report=report), task.folder / QUALITY)


def _kept(card: Card, folder: Path) -> Card:
    folder.mkdir(exist_ok=True)
    (folder / CARD).write_text(json.dumps(card.as_json(), allow_nan=False), encoding="utf-8")
    return card
