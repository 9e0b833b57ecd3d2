"""Every genre by name."""

from __future__ import annotations

from collections.abc import Mapping

from inference.engines.composer.genres import band, machine, world
from inference.engines.composer.genres.base import Genre

GENRES: Mapping[str, Genre] = {genre.name: genre for genre in (*band.ALL, *world.ALL, *machine.ALL)}
