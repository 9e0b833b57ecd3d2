"""What a line of the history is about: apps above register how their kind of thing is called and where it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

KIND_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing outside the ledger: its kind, as "job", and its id."""

    kind: str
    id: UUID

    def __post_init__(self) -> None:
        if not 0 < len(self.kind) <= KIND_LENGTH:
            raise ValueError(f"a kind has between one and {KIND_LENGTH} characters")


@dataclass(frozen=True, slots=True)
class Link:
    """How a person knows it, and its page; an empty address when there is none any more."""

    title: str
    url: str = ""


Resolver = Callable[[list[UUID]], Mapping[UUID, Link]]
"""The links of those ids that still exist, in a fixed number of queries."""

_resolvers: dict[str, Resolver] = {}


def register(kind: str, resolver: Resolver) -> None:
    """From `AppConfig.ready` of the app that the kind belongs to."""
    _resolvers[kind] = resolver


def resolve(references: Iterable[Reference]) -> dict[Reference, Link]:
    """The links of those that are still known; one call of each kind's resolver."""
    wanted: defaultdict[str, set[UUID]] = defaultdict(set)
    for reference in references:
        wanted[reference.kind].add(reference.id)
    return {
        Reference(kind, key): link
        for kind, keys in wanted.items()
        if kind in _resolvers
        for key, link in _resolvers[kind](sorted(keys)).items()
    }
