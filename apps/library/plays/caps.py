"""How many plays of a day count, taken one after another, so that it does not matter how they come in batches."""

from __future__ import annotations

from collections import Counter
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
        mine, theirs = (nonce.listener, nonce.track), (nonce.network, nonce.track)
        if (
            self.listener_track[mine] >= LISTENER_AND_TRACK
            or self.listener[nonce.listener] >= LISTENER
            or self.network_track[theirs] >= NETWORK_AND_TRACK
        ):
            return False
        self.listener_track[mine] += 1
        self.listener[nonce.listener] += 1
        self.network_track[theirs] += 1
        return True
