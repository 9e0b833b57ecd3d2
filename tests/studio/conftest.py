"""A studio with the composer announced, and somebody to use it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.accounts.models import User
from apps.studio.models import Engine
from apps.studio.tasks.announce import engine_announce
from tests.library.conftest import make_world, media, song_folder, world
from tests.world import make_user

__all__ = ["make_world", "media", "song_folder", "world"]


@pytest.fixture
def composer(db: None) -> Engine:
    """The composer as a worker announces it."""
    engine_announce(capability="cpu", now=timezone.now())
    return Engine.objects.get(name="composer")


@pytest.fixture
def creator(db: None) -> User:
    """A creator on the free plan."""
    return make_user()
