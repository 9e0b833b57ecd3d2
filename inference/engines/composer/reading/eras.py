"""When the music should sound as if it was made: what a time did to genres, instruments and sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from inference.engines.composer.reading import matching
from inference.engines.composer.reading.evidence import Notebook


@dataclass(frozen=True, slots=True)
class Era:
    """What a time was known for."""

    title: str
    genres: tuple[str, ...]
    """Where it is at home, when no genre was named."""
    instruments: tuple[str, ...] = ()
    """What is added, when no instrument was named."""
    bright: float = 0.0
    space: float = 0.0
    dust: float = 0.0
    """Least wear of the tape, 0..1."""


ERAS: Mapping[str, Era] = {
    "medieval": Era("Medieval", ("celtic", "folk"), ("recorder", "harp"), -0.1, 0.3),
    "renaissance": Era("Renaissance", ("classical", "celtic"), ("recorder", "harpsichord"), -0.1, 0.3),
    "baroque": Era("Baroque", ("classical",), ("harpsichord", "strings"), 0.0, 0.2),
    "classical era": Era("Classical era", ("classical",), ("strings", "clarinet")),
    "romantic era": Era("Romantic era", ("classical", "waltz", "cinematic"), ("piano", "strings"), -0.1, 0.3),
    "20s": Era("1920s", ("jazz", "march"), ("clarinet", "trumpet"), -0.3, -0.1, 0.6),
    "30s": Era("1930s", ("jazz", "blues"), ("clarinet", "brass"), -0.3, -0.1, 0.55),
    "40s": Era("1940s", ("jazz", "ballad"), ("brass", "clarinet"), -0.25, 0.0, 0.5),
    "50s": Era("1950s", ("rock", "blues", "country", "jazz"), ("piano", "saxophone"), -0.15, 0.1, 0.35),
    "60s": Era("1960s", ("rock", "soul", "bossa", "folk"), ("organ", "electric guitar"), -0.1, 0.1, 0.25),
    "70s": Era("1970s", ("disco", "funk", "soul", "rock"), ("electric piano",), -0.1, 0.0, 0.2),
    "80s": Era("1980s", ("synthwave", "pop"), ("synth",), 0.15, 0.35),
    "90s": Era("1990s", ("hiphop", "house", "rock", "trance"), (), 0.0, 0.0, 0.1),
    "2000s": Era("2000s", ("pop", "soul", "rock"), (), 0.1),
    "2010s": Era("2010s", ("house", "trap", "pop"), (), 0.15),
}

NAMED: Mapping[str, str] = {
    "medieval": "medieval|middle ages|mittelalter*|medievale|mediev*|moyen age|sredniowiecz*|middeleeuw*",
    "renaissance": "renaissance|renacimiento|rinascimento|renascimento|renaissancemusik",
    "baroque": "baroque|barock*|barroc*|barocc*|barok*|bach|vivaldi|handel|バロック",
    "classical era": "mozart|haydn|wiener klassik|viennese classic*|classicisme|18th century",
    "romantic era": "romantic era|romantik|19th century|chopin|schubert|brahms|tchaikovsky|romanticismo|19 jahrhundert",
    "20s": "roaring twenties|twenties|zwanziger*|speakeasy|gatsby|1920s|prohibition",
    "30s": "thirties|1930s|dreissiger jahre",
    "40s": "forties|1940s|wartime radio|vierziger jahre",
    "50s": "fifties|1950s|rock'n'roll|rock and roll|rock n roll|rockabilly|doo wop|doo-wop|funfziger*",
    "60s": "sixties|1960s|sechziger*|swinging london|woodstock|beatles|motown|yeye|ye ye",
    "70s": "seventies|1970s|siebziger*|studio 54",
    "80s": "eighties|1980s|achtziger*|vhs",
    "90s": "nineties|1990s|neunziger*|boom bap|eurodance|grunge",
    "2000s": "2000s|noughties|y2k|nuller jahre|zweitausender",
    "2010s": "2010s",
}
_DECADE = re.compile(
    r"(?<!\w)(?:(?:19|20)?'?([0-9]0)'?(?:s|er|-luvun)(?!\w)"
    r"|(?:annees|anos|anni|lata|jaren|jahre|decada de los|gli anni)\s+(?:19)?'?([2-9]0)(?!\w))"
)
_JAPANESE = re.compile(r"([2-9]0)年代")


def read_era(page: Notebook) -> str:
    """The name of the era that the prompt asks for, or nothing."""
    text = page.text.plain
    found: list[tuple[int, str, tuple[int, int]]] = []
    for match in (*_DECADE.finditer(text), *_JAPANESE.finditer(text)):
        digits = next(group for group in match.groups() if group)
        name = {"00": "2000s", "10": "2010s"}.get(digits, f"{digits}s")
        if name in ERAS:
            found.append((match.start(), name, match.span()))
    found += [(h.start, h.concept, (h.start, h.end)) for h in matching.found(text, NAMED) if not h.negated]
    found.sort()
    page.prompt("era", [span for _, _, span in found[:1]])
    if len({name for _, name, _ in found}) > 1:
        page.note(f"several eras were named; {ERAS[found[0][1]].title} was taken")
    return found[0][1] if found else ""
