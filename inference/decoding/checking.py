"""What a child that may have been taken over says, checked before anything believes it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from inference.decoding.model import Reason, Refused, SourceFacts

UNREADABLE = "This file could not be read; it may be damaged."
TAGS = ("title", "artist", "album", "genre", "date", "comment", "track")
CONTAINERS = ("mp3", "wav", "flac")
_LONGEST_TAG = 500
_LONGEST_SENTENCE = 300
_MOST = 10_000_000
_PICTURES = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP", re.DOTALL)


def clean(text: str) -> str:
    """On one line, without control characters or halves of characters, and short."""
    whole = text[: 4 * _LONGEST_TAG].encode(errors="ignore").decode()
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", whole).strip()[:_LONGEST_TAG]


def facts(payload: bytes | bytearray) -> SourceFacts:
    """What the child found out; Refused when it is not of the form it must have."""
    try:
        value: dict[str, Any] = json.loads(payload)
        container, codec, claimed = value["container"], value["codec"], value["claimed_seconds"]
        if container not in CONTAINERS or not re.fullmatch(r"[a-z0-9_]{1,32}", codec):
            raise ValueError
        return SourceFacts(
            container,
            codec,
            _whole(value["sample_rate"]),
            _whole(value["channels"]),
            None if claimed is None else _seconds(claimed),
            _tags(value["tags"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused(Reason.DAMAGED, UNREADABLE) from error


def picture(payload: bytes) -> bytes | None:
    """A cover, if it begins like one."""
    return payload if _PICTURES.match(payload) else None


def refusal(payload: bytes | bytearray) -> Refused:
    """The child's reason and sentence, or ones of our own when they cannot be read."""
    try:
        value: dict[str, Any] = json.loads(payload)
        sentence = clean(value["sentence"])[:_LONGEST_SENTENCE]
        return Refused(Reason(value["reason"]), sentence or UNREADABLE)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Refused(Reason.DAMAGED, UNREADABLE)


def _whole(value: object) -> int:
    if type(value) is not int or not 0 < value <= _MOST:
        raise ValueError
    return value


def _seconds(value: object) -> float:
    if type(value) not in {int, float} or not math.isfinite(value) or value < 0:  # type: ignore[arg-type,operator]
        raise ValueError
    return float(value)  # type: ignore[arg-type]


def _tags(value: Mapping[str, object]) -> dict[str, str]:
    return {name: text for name in TAGS if isinstance(raw := value.get(name), str) and (text := clean(raw))}
