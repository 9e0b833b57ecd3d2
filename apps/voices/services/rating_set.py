"""A listener says how good a result is."""

from __future__ import annotations

from datetime import datetime

from apps.accounts.models import User
from apps.library.models import Version
from apps.voices.errors import Unfit
from apps.voices.models import Rating
from apps.voices.selectors import swap_behind

STARS = range(1, 6)


def rating_set(*, version: Version, user: User, stars: int, now: datetime) -> Rating:
    """Rate a result 1 to 5, or think again; the caller checked that the user may hear it. Unfit for anything else."""
    if stars not in STARS:
        raise Unfit("Rate it from 1, bad, to 5, excellent.", type="no-such-rating")
    if swap_behind(version.id) is None:
        raise Unfit("This version is no voice swap or karaoke version.", type="not-a-result")
    rating, _ = Rating.objects.update_or_create(version=version, user=user, defaults={"stars": stars, "rated_at": now})
    return rating
