"""Which holds are for nothing any more: apps above register how to tell which of their things still need one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from uuid import UUID

from apps.wallets.references import Reference, resolve

Needing = Callable[[list[UUID]], set[UUID]]
"""Those of the ids that still wait for their hold to be charged or released, in a fixed number of queries."""

_needing: dict[str, Needing] = {}


def register(kind: str, needing: Needing) -> None:
    """From `AppConfig.ready` of the app that the kind belongs to."""
    _needing[kind] = needing


def forgotten(references: Iterable[Reference]) -> set[Reference]:
    """Those that need no hold: they have ended, or are gone. Of a kind that nobody registered, those that are gone."""
    wanted: defaultdict[str, set[UUID]] = defaultdict(set)
    for reference in references:
        wanted[reference.kind].add(reference.id)
    found: set[Reference] = set()
    for kind, ids in wanted.items():
        if kind in _needing:
            found |= {Reference(kind, each) for each in ids - _needing[kind](sorted(ids))}
        else:
            all_of_it = {Reference(kind, each) for each in ids}
            found |= all_of_it - resolve(all_of_it).keys()
    return found
