"""Names of languages, as people read them."""

from __future__ import annotations

from django.conf.locale import LANG_INFO


def language_name(code: str) -> str:
    """As "German" for "de"; the code itself where it has no name."""
    return str(LANG_INFO.get(code, {}).get("name", code))
