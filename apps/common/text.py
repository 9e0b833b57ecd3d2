"""Texts that people send: cleaned once, at the door."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError

# they reorder what stands around them on a page, and so can make a text lie
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean_text(text: str, *, maximum: int, lines: bool = False) -> str:
    """The text in NFC without surrounding space; ValidationError for control characters, overrides and excess length.

    `lines` keeps line breaks, as "\\n"; else every run of white space becomes one space.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = text.strip() if lines else " ".join(text.split())
    if any(_unwanted(character) for character in text):
        raise ValidationError("This holds characters that cannot be shown. Type it again, or paste it as plain text.")
    if len(text) > maximum:
        raise ValidationError(f"This has {len(text):,} characters; at most {maximum:,} fit.")
    return text


def _unwanted(character: str) -> bool:
    if character in "\n\t":
        return False
    return character in _OVERRIDES or unicodedata.category(character) in {"Cc", "Cs", "Co", "Cn"}
