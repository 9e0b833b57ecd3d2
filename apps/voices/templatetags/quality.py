"""What a track's page shows of how good a result is."""

from __future__ import annotations

from typing import Any

from django import template

from apps.library.models import Version
from apps.voices.quality_card import QualityCard, quality_card

register = template.Library()


@register.simple_tag(takes_context=True)
def quality_of(context: dict[str, Any], version: Version) -> QualityCard | None:
    """The card of a voice swap or karaoke version for the reader; no query for anything else."""
    return quality_card(version, context["request"].user)
