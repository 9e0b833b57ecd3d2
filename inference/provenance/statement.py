"""What a file says about how it came to be. Imports nothing heavy."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

_LONGEST = 1000
_LONGEST_TEXT = 20_000


class BadStatement(ValueError):
    """This text is no statement."""


class SourceType(StrEnum):
    """IPTC's digital source types, as far as a music platform makes such things (cv.iptc.org/newscodes)."""

    TRAINED = "trainedAlgorithmicMedia"
    """Made by a model that was trained on recordings."""
    COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
    """A recording in which something, as the voice, was replaced by what a model made."""
    ALGORITHMIC = "algorithmicMedia"
    """Made by a program that was trained on nothing."""
    ENHANCED = "algorithmicallyEnhanced"
    """A recording that a program changed, as by taking out its vocals; nothing was added."""

    @property
    def uri(self) -> str:
        """As manifests and XMP have it."""
        return f"{_VOCABULARY}{self.value}"

    @property
    def words(self) -> str:
        """For people."""
        return _WORDS[self]


_VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_WORDS = {
    SourceType.TRAINED: "This sound is synthetic: it was made by a trained model.",
    SourceType.COMPOSITE: "Part of this sound is synthetic: it was made by a trained model.",
    SourceType.ALGORITHMIC: "This sound is synthetic: it was made by a program.",
    SourceType.ENHANCED: "This recording was changed by a program; nothing in it was made by one.",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """How a file came to be. Every text is of one line; an empty one says nothing."""

    source_type: SourceType
    engine: str
    """The name of what made or converted it."""
    engine_version: str
    made: str
    """When, as ISO 8601."""
    weights: str = ""
    """Name and hash of the weights."""
    licence: str = ""
    """Of the weights or samples."""
    performer: str = ""
    """Whose voice it is, as people see the performer."""
    consent: str = ""
    """Under which consent that voice is used."""
    version_id: str = ""
    """What the house that made it calls it."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if len(value) > _LONGEST or not value.isprintable():
                raise BadStatement(f"{field.name} is too long, or not a single line")

    def sentence(self) -> str:
        """All of it that people want to know, in a line."""
        parts = [self.source_type.words, f"Engine: {self.engine} {self.engine_version}.".replace(" .", ".")]
        parts += [f"{name}: {value.rstrip('.')}." for name, value in self._told() if value]
        return " ".join(parts)

    def _told(self) -> tuple[tuple[str, str], ...]:
        return ("Voice", self.performer), ("Consent", self.consent), ("Made", self.made)


def to_json(statement: Statement) -> str:
    """The statement as JSON that `from_json` reads back, without what is empty."""
    return json.dumps({name: value for name, value in asdict(statement).items() if value}, ensure_ascii=False)


def from_json(text: str) -> Statement:
    """The statement in a text that anybody may have written; BadStatement when it is none."""
    if len(text) > _LONGEST_TEXT:
        raise BadStatement("it is too long")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadStatement("it is not JSON") from error
    return from_values(value)


def from_values(value: object) -> Statement:
    """The statement in JSON values that anybody may have written; BadStatement when it is none."""
    if not isinstance(value, dict):
        raise BadStatement("it is no object")
    known = {field.name for field in fields(Statement)}
    given = {name: text for name, text in value.items() if name in known}
    if not all(isinstance(text, str) for text in given.values()):
        raise BadStatement("a value is no text")
    try:
        return Statement(**{**given, "source_type": SourceType(given.get("source_type", ""))})
    except BadStatement:
        raise
    except (TypeError, ValueError) as error:
        raise BadStatement("something is missing, or the source type is unknown") from error
