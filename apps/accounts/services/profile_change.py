"""Change how others see a user."""

from __future__ import annotations

from apps.accounts.models import User


def profile_change(*, user: User, name: str) -> User:
    """Give the user a name, or none; ValidationError, by field."""
    user.name = name
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name"])
    return user
