"""What was said about the form: which kind, which sections are not wanted, and which should be long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inference.engines.composer.reading import matching
from inference.engines.composer.reading.evidence import Notebook


@dataclass(frozen=True, slots=True)
class Shape:
    """Wishes for the form; its sections are named by the letters that forms are written in."""

    family: str = ""
    """A form instead of the genre's own; empty for that."""
    without: frozenset[str] = frozenset()
    long: frozenset[str] = frozenset()


FAMILIES: Mapping[str, str] = {
    "song": "verse chorus|verse-chorus|verse and chorus|verses and choruses|verse, chorus|strophe und refrain|"
    "strophe refrain|couplet refrain|couplet et refrain|couplets et refrains|estrofa y estribillo|verso y estribillo|"
    "verso estribillo|strofa e ritornello|strofa ritornello|verso e refrao|zwrotka i refren|couplet en refrein|"
    "song form|pop structure",
    "aaba": "aaba|32 bar|32-bar|thirty two bar|head and solos",
    "club": "build and drop|builds and drops|buildup and drop|build up and drop|build-up and drop|beat drop|big drop|"
    "the drop|huge drop|bass drop|drops|aufbau und drop|montee et drop|subida y drop",
    "loop": "loop|loopable|looping|endless loop|seamless loop|schleife|boucle|bucle|en boucle",
    "arc": "crescendo|slow build|slow-build|slowly building|builds slowly|builds up slowly|through composed|"
    "through-composed|durchkomponiert|langsam steigernd",
    "rondo": "rondo*",
    "drift": "drifting|no structure|without structure|freeform|free form|formless|ohne struktur|sans structure",
}

PARTS: Mapping[str, str] = {
    "B": "chorus|choruses|refrain*|ritornell*|estribillo*|refrao|refren*|refrein*|hook|drop",
    "C": "bridge|bridges|middle eight|middle 8|breakdown|puente|ponte|pont|brucke",
    "i": "intro*|opening|einleitung|vorspiel|introduzion*|introduccion|introducao|wstep",
    "o": "outro*|ending|ausklang|nachspiel|coda|fade out|fade-out",
    "s": "solo section|solo sections|solos|guitar solo|sax solo|piano solo section|gitarrensolo|solo de guitare",
    "p": "pre-chorus|pre chorus|prechorus|build-up|buildup|build up",
}

_LONG = "long|longer|lange|langes|langer|langem|longue|larga|largo|lunga|lungo|longa|longo|extended|dlugi|dluga"
_BEFORE = 14


def read_shape(page: Notebook) -> Shape:
    """The wishes of the prompt."""
    text = page.text.plain
    families = [hit for hit in matching.found(text, FAMILIES) if not hit.negated]
    parts = matching.found(text, PARTS)
    without = [hit for hit in parts if hit.negated]
    long = [hit for hit in parts if not hit.negated and _is_long(text, hit)]
    page.prompt("form", [(hit.start, hit.end) for hit in (*families[:1], *without, *long)])
    return Shape(
        families[0].concept if families else "",
        frozenset(hit.concept for hit in without),
        frozenset(hit.concept for hit in long),
    )


def _is_long(text: str, part: matching.Hit) -> bool:
    """Whether "long" stands just before or after it."""
    near = f"{text[max(0, part.start - _BEFORE) : part.start]} {text[part.end : part.end + 7]}"
    return matching.contains(near, _LONG)
