"""The songs of somebody's that another voice can sing."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.library.keyset import Order
from apps.library.models import Track
from apps.library.songs import UPLOAD

NEWEST = Order(("-created_at", "-id"))
PAGE = 24


def singable_tracks(owner: User) -> QuerySet[Track]:
    """The owner's tracks whose current version has, or may have, somebody singing; see `source_of` for the rule."""
    kept = Track.objects.filter(owner=owner, trashed_at=None, purged_at=None, taken_down_at=None)
    sung = Q(current_version__instrumental=False) | Q(current_version__operation=UPLOAD)
    return kept.filter(sung).select_related("owner", "current_version").defer("search")
