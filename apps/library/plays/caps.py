"""How many plays of a day count, taken one after another, so that it does not matter how they come in batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from uuid import UUID

from apps.library.plays.nonces import Nonce

LISTENER_AND_TRACK = 20
LISTENER = 1_000
"""Eight hours of half-minutes: more than anybody hears in a day, less than what a machine would."""
NETWORK_AND_TRACK = 400
"""An address can be a whole school; but who throws cookies away all day has only one."""


@dataclass
class Tally:
    """What was counted on one day so far, for those that a batch is about."""

    listener_track: Counter[tuple[bytes, UUID]] = field(default_factory=Counter)
    listener: Counter[bytes] = field(default_factory=Counter)
    network_track: Counter[tuple[bytes, UUID]] = field(default_factory=Counter)

    def admit(self, nonce: Nonce) -> bool:
        """Whether it counts; if so, it is counted in."""
        mine: tuple[tuple[Counter[Hashable], Hashable, int], ...] = (
            (self.listener_track, (nonce.listener, nonce.track), LISTENER_AND_TRACK),  # type: ignore[assignment]
            (self.listener, nonce.listener, LISTENER),
            (self.network_track, (nonce.network, nonce.track), NETWORK_AND_TRACK),
        )
        if any(counter[key] >= most for counter, key, most in mine):
            return False
        for counter, key, _ in mine:
            counter[key] += 1
        return True
