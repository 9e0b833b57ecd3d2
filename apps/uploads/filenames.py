"""Names of files that people send: shown, and made into titles, never used to find anything."""

from __future__ import annotations

import re
import unicodedata

from apps.uploads.models import FILENAME_LENGTH

UNNAMED = "Untitled"
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_NUMBER = re.compile(r"^\d{1,3}\s*[-._]\s*(?=\S)|^0\d\s+(?=\S)")


def clean_filename(name: str) -> str:
    """The last part of a path without anything that cannot be shown; a name is never a reason to refuse a file."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    shown = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in name)
    return " ".join(shown.split())[:FILENAME_LENGTH].strip() or UNNAMED


def title_from(filename: str) -> str:
    """What a song may be called whose file says nothing: "03 - Snow_at_night.mp3" is "Snow at night"."""
    stem = _ENDING.sub("", filename)
    words = " ".join(stem.replace("_", " ").split())
    return _NUMBER.sub("", words).strip(" -.") or words or UNNAMED
