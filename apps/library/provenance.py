"""What a version says about how it came to be: the one thing that its tags and its signed manifests carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.library.models import Version
from apps.library.songs import UPLOAD
from inference.provenance.statement import SourceType, Statement

_LONGEST = 400
MADE_UP = "The voice is made up and nobody's."


def source_type_of(version: Version) -> SourceType | None:
    """How synthetic a version is; None for a recording as somebody sent it."""
    if version.source_type:
        return SourceType(version.source_type)
    if version.operation == UPLOAD:
        return None
    # made before versions said so themselves
    return SourceType.TRAINED if version.weights else SourceType.ALGORITHMIC


def source_type_made(parent: Version | None, *, trained: bool) -> SourceType:
    """Of what an engine makes, alone or from `parent`: whatever is in that goes on into it."""
    if parent is None:
        return SourceType.TRAINED if trained else SourceType.ALGORITHMIC
    match source_type_of(parent):
        case None | SourceType.ENHANCED | SourceType.COMPOSITE:
            return SourceType.COMPOSITE
        case SourceType.TRAINED:
            return SourceType.TRAINED
    return SourceType.TRAINED if trained else SourceType.ALGORITHMIC


def source_type_changed(parent: Version) -> SourceType:
    """Of a version from which something was only taken out."""
    return source_type_of(parent) or SourceType.ENHANCED


def statement_of(version: Version) -> Statement | None:
    """What the version's files say; None for a recording as somebody sent it, which is not ours to describe."""
    source_type = source_type_of(version)
    if source_type is None:
        return None
    return Statement(
        source_type=source_type,
        engine=_line(version.engine),
        engine_version=_line(version.engine_version),
        made=version.created_at.date().isoformat(),
        weights=_line(version.weights),
        licence=_line(version.licence),
        performer=_line(version.parameters.get("performer", "")),
        consent=_line(_consent(version.parameters)),
        version_id=str(version.id),
    )


def _consent(told: Mapping[str, Any]) -> str:
    if told.get("built_in"):
        return MADE_UP
    return f"Given by the speaker, record {told['consent']}" if told.get("consent") else ""


def _line(text: object) -> str:
    """The text as statements take it: one line of what can be printed."""
    line = " ".join(str(text).split())
    return "".join(letter for letter in line if letter.isprintable())[:_LONGEST]
