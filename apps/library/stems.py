"""The stems of a version as karaoke plays them: the vocals against everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from apps.library.models import Rendition, Version
from apps.library.selectors import Listener, may_change, may_hear

KARAOKE = "karaoke"
"""The operation whose versions are made to be sung to, by whoever may hear them."""

_VOCALS = frozenset({"vocal", "vocals", "voice", "voices", "acapella"})


@dataclass(frozen=True, slots=True)
class Stem:
    """A stored stem: `name` asks the API for it."""

    name: str
    path: str
    bytes: int
    media_type: str

    @property
    def vocals(self) -> bool:
        """Whether somebody sings in it, by its name: "vocals", "lead_vocals", "backing-vocals"."""
        return not _VOCALS.isdisjoint(re.split(r"[_-]", self.name))


@dataclass(frozen=True, slots=True)
class Stage:
    """What karaoke plays: the stems with the vocals, and all others, which are the instrumental together."""

    vocals: tuple[Stem, ...]
    instrumental: tuple[Stem, ...]


def stems_of(version: Version) -> list[Stem]:
    """The stems of a version by name; no query where its renditions are prefetched."""
    stems = [
        Stem(PurePosixPath(file.path).stem, file.path, file.bytes, file.media_type)
        for file in version.renditions.all()
        if file.role == Rendition.Role.STEM
    ]
    return sorted(stems, key=lambda stem: stem.name)


def may_sing(listener: Listener, version: Version) -> bool:
    """Whether this listener may play the stems: their owner may; everybody who hears it, when it is made for that."""
    if not may_hear(listener, version.track):
        return False
    return may_change(listener, version.track) or version.operation == KARAOKE


def stage_for(listener: Listener, version: Version) -> Stage | None:
    """What karaoke plays for this listener; None without vocals, without anything else, or without the right."""
    if not may_sing(listener, version):
        return None
    stems = stems_of(version)
    stage = Stage(
        vocals=tuple(stem for stem in stems if stem.vocals),
        instrumental=tuple(stem for stem in stems if not stem.vocals),
    )
    return stage if stage.vocals and stage.instrumental else None
