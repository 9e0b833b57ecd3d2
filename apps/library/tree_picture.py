"""Draws a track's tree of versions: where each node stands and how the lines between them run, in pixels."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from apps.library.models import Track
from apps.library.selectors import VersionNode
from apps.library.songs import operation_title

WIDTH, HEIGHT = 112, 44
GAP_X, GAP_Y = 44, 16
MARGIN = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A version in the picture; x and y are its upper left corner."""

    id: UUID
    parent: UUID | None
    number: int
    operation: str
    x: int
    y: int
    href: str
    selected: bool
    current: bool


@dataclass(frozen=True, slots=True)
class TreePicture:
    """The whole picture; edges are SVG paths."""

    nodes: tuple[Node, ...]
    edges: tuple[str, ...]
    width: int
    height: int


def tree_picture(track: Track, tree: list[VersionNode], selected: UUID) -> TreePicture:
    """`tree` as `selectors.version_tree` laid it out, with one node selected."""
    page = reverse("track", args=[track.id])
    nodes = tuple(_node(place, page, selected) for place in tree)
    by_id = {node.id: node for node in nodes}
    edges = tuple(_edge(by_id[node.parent], node) for node in nodes if node.parent in by_id)
    return TreePicture(
        nodes=nodes,
        edges=edges,
        width=max((node.x for node in nodes), default=0) + WIDTH + MARGIN,
        height=max((node.y for node in nodes), default=0) + HEIGHT + MARGIN,
    )


def _node(place: VersionNode, page: str, selected: UUID) -> Node:
    version = place.version
    return Node(
        id=version.id,
        parent=place.parent,
        number=version.number,
        operation=operation_title(version.operation),
        x=MARGIN + place.depth * (WIDTH + GAP_X),
        y=MARGIN + place.row * (HEIGHT + GAP_Y),
        href=page if place.current else f"{page}?version={version.id}",
        selected=version.id == selected,
        current=place.current,
    )


def _edge(parent: Node, child: Node) -> str:
    """A curve from the parent's right side to the child's left."""
    x1, y1 = parent.x + WIDTH, parent.y + HEIGHT // 2
    x2, y2 = child.x, child.y + HEIGHT // 2
    middle = (x1 + x2) // 2
    return f"M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}"
