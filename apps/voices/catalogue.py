"""The performers as a list that can be narrowed: built-in ones first, then registered ones, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.library.keyset import Order, page
from apps.voices.models import RegisteredPerformer
from apps.voices.performers import PerformerView, built_in_views, registered_view
from apps.voices.ranges import lowest_notes
from apps.voices.selectors import Listener, performers_for

NEWEST = Order(("-id",))
PAGE = 24
BESIDE_A_SONG = 60
"""Registered voices that the page of a swap offers."""

BUILT_IN, MINE, SHARED, PUBLIC = "built-in", "mine", "shared", "public"
WHOSE = {"": "Everybody", BUILT_IN: "Built in", MINE: "Mine", SHARED: "Shared with me", PUBLIC: "Community"}
REGISTERS = {"": "Any range", "low": "Low", "middle": "Middle", "high": "High"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the list to show; empty fields narrow nothing."""

    whose: str = ""
    register: str = ""
    words: str = ""
    """Of the name, the style or the description."""

    def __bool__(self) -> bool:
        return bool(self.whose or self.register or self.words)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A page of the list, and the cursor of the next one; empty at the end."""

    performers: tuple[PerformerView, ...]
    next_cursor: str


def catalogue(listener: Listener, wanted: Wanted, *, cursor: str = "", size: int = PAGE) -> Catalogue:
    """A page of what this listener may sing with, in one query of voices. CursorError for a bad cursor."""
    first = [] if cursor else [each for each in built_in_views() if _fits(each, wanted)]
    if wanted.whose == BUILT_IN:
        return Catalogue(tuple(first), "")
    found = page(_narrowed(performers_for(listener), listener, wanted), NEWEST, cursor=cursor, size=size)
    registered = [registered_view(each, listener) for each in found.rows]
    return Catalogue((*first, *registered), found.next_cursor)


def beside_a_song(listener: Listener, singer: PerformerView | None) -> list[PerformerView]:
    """Who is offered where a song is swapped: the newest, one's own, and whoever was asked for; two queries."""
    offered = list(catalogue(listener, Wanted(), size=BESIDE_A_SONG).performers)
    own = catalogue(listener, Wanted(whose=MINE), size=BESIDE_A_SONG).performers
    offered += [each for each in (*own, *([singer] if singer else [])) if each not in offered]
    return offered


def styles() -> list[str]:
    """The styles of the built-in performers, each once, in the order of the alphabet."""
    named = {style.strip() for each in built_in_views() for style in each.style.split(",")}
    return sorted(style[:1].upper() + style[1:] for style in named if style)


def _fits(performer: PerformerView, wanted: Wanted) -> bool:
    """Whether a built-in performer is wanted."""
    if wanted.whose not in {"", BUILT_IN} or wanted.register not in {"", performer.register}:
        return False
    said = f"{performer.title} {performer.style} {performer.about}".casefold()
    return wanted.words.casefold() in said


def _narrowed(
    found: QuerySet[RegisteredPerformer], listener: Listener, wanted: Wanted
) -> QuerySet[RegisteredPerformer]:
    owner = listener if isinstance(listener, User) else None
    if wanted.whose == MINE:
        found = found.filter(owner=owner) if owner else found.none()
    elif wanted.whose:
        found = found.filter(visibility=wanted.whose)
        found = found.exclude(owner=owner) if owner else found
    if wanted.register:
        found = found.filter(lowest__in=lowest_notes(wanted.register))
    if wanted.words:
        said = Q(title__icontains=wanted.words) | Q(style__icontains=wanted.words) | Q(about__icontains=wanted.words)
        found = found.filter(said)
    return found
