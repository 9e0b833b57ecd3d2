"""How a performer is shown, whoever it is: one value for the list, the page of a swap, and the API."""

from __future__ import annotations

from dataclasses import dataclass

from apps.voices.built_in import built_ins
from apps.voices.models import RegisteredPerformer
from apps.voices.ranges import register_of
from apps.voices.selectors import Listener

LENT = "Lent by its owner, who can take it back."


@dataclass(frozen=True, slots=True)
class PerformerView:
    """A performer that somebody may sing with."""

    id: str
    built_in: bool
    title: str
    about: str
    style: str
    lowest: str
    highest: str
    register: str
    licence: str
    creator: str
    mine: bool
    portrait: str
    sample: str


def built_in_views() -> list[PerformerView]:
    """The built-in ones, in their order."""
    return [
        PerformerView(
            id=each.name,
            built_in=True,
            title=each.title,
            about=each.about,
            style=each.style,
            lowest=each.range[0],
            highest=each.range[1],
            register=str(each.register),
            licence=each.licence,
            creator="",
            mine=False,
            portrait=f"/api/v1/performers/{each.name}/portrait",
            sample=f"/api/v1/performers/{each.name}/sample",
        )
        for each in built_ins()
    ]


def registered_view(performer: RegisteredPerformer, listener: Listener) -> PerformerView:
    """A registered one, for somebody who may sing with it."""
    return PerformerView(
        id=str(performer.id),
        built_in=False,
        title=performer.title,
        about=performer.about,
        style=performer.style,
        lowest=performer.lowest,
        highest=performer.highest,
        register=register_of(performer.lowest),
        licence=LENT,
        creator=str(performer.owner),
        mine=listener.is_authenticated and performer.owner_id == listener.pk,
        portrait="",
        sample=f"/api/v1/performers/{performer.id}/sample",
    )
