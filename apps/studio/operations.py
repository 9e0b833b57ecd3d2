"""What can be made of a version, and which engines can."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.library.models import Version
from apps.library.paths import SCORE
from apps.library.songs import UPLOAD
from apps.studio.models import Engine
from apps.studio.prices import listed_price
from apps.wallets.prices.selectors import PriceList, price_list
from apps.wallets.pricing import quote

_WORDS = {
    "extend": ("Extend", "The song goes on for as long as you say.", "extend"),
    "cover": ("Cover", "The same melody and words in another style.", "cover"),
    "variation": ("Variation", "The same wish with other notes.", "variation"),
    "repaint": ("Repaint", "A span that you choose is made anew; the rest stays.", "brush"),
    "new_lyrics": ("New lyrics", "The same song with other words.", "lyrics"),
    "reference": ("Reference", "A new song that takes tempo, key, harmony and energy from this one.", "discover"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """Something to make of a version; `engines` are the titles of those that can, `engine` the one to ask.

    `credits` is what one take as long as the version costs.
    """

    name: str
    title: str
    keeps: str
    icon: str
    engine: str
    engines: tuple[str, ...]
    credits: int


def operations_of(engines: Iterable[Engine], version: Version) -> list[Operation]:
    """Every operation that makes sense for the version; without engines where none here can. Two queries at most."""
    engines = tuple(engines)
    prices = price_list()
    notes = has_score(version)
    found = []
    for name in _WORDS:
        doing = [each for each in engines if name in each.operations]
        able = [each for each in doing if notes or name not in each.needs_score]
        if _fits(name, version) and (able or not doing):
            found.append(_operation(name, able, version, prices))
    return found


def has_score(version: Version) -> bool:
    """Whether the notes of the version are known; those of a recording that somebody sent are not."""
    return any(file.path == SCORE for file in version.renditions.all())


def _fits(name: str, version: Version) -> bool:
    if name == "new_lyrics":
        return not version.instrumental
    # nobody wished for a recording that was sent, so there is no wish to vary
    return name != "variation" or version.operation != UPLOAD


def _operation(name: str, able: list[Engine], version: Version, prices: PriceList) -> Operation:
    title, keeps, icon = _WORDS[name]
    # who made the version knows best what it is
    first = next((each for each in able if each.name == version.engine), able[0] if able else None)
    titles = tuple(each.title for each in able)
    if first is None:
        return Operation(name, title, keeps, icon, "", titles, 0)
    price = quote(listed_price(prices, first, name), seconds=round(version.seconds), takes=1)
    return Operation(name, title, keeps, icon, first.name, titles, price.credits)
