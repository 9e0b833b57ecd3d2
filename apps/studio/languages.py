"""Names of languages, as people read them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf.locale import LANG_INFO

_MANY = 6
"""Languages beyond which they are counted, not named."""


def language_name(code: str) -> str:
    """As "German" for "de"; the code itself where it has no name."""
    return str(LANG_INFO.get(code, {}).get("name", code))


def languages_in_words(codes: Iterable[str]) -> str:
    """As "English, French and German"; many are counted."""
    names = sorted(language_name(code) for code in codes)
    if len(names) > _MANY:
        return f"{len(names)} languages"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
