"""How much of their plan's storage somebody uses, and what is left.

Arrows point down, so accounts cannot ask those who keep files: each app adds its own count in its `AppConfig.ready`.
"""

from __future__ import annotations

from collections.abc import Callable

from apps.accounts.models import User
from apps.accounts.selectors import entitlements

Count = Callable[[User], int]

_counts: dict[str, Count] = {}


def register_bytes(name: str, count: Count) -> None:
    """Have `count` say how many bytes of a user this app keeps, or waits for."""
    _counts[name] = count


def used_bytes(owner: User) -> int:
    """What counts against the owner's plan; true until the end of the transaction for whoever has locked the owner."""
    return sum(count(owner) for count in _counts.values())


def bytes_left(owner: User) -> int:
    """What may still be sent; negative where a plan became smaller."""
    return entitlements(owner).storage_bytes - used_bytes(owner)
