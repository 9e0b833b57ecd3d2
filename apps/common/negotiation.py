"""Which answer a client gets."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


class FormatIsOurs(BaseContentNegotiation):
    """For views whose own `format` names something else than a renderer: answers and errors are always JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first."""
        return renderers[0], renderers[0].media_type

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The first."""
        return parsers[0]
