"""A wake is never forgotten, even when it comes while the last place finds nothing."""

from __future__ import annotations

import threading

from apps.jobs.slots import Slots


def test_wake_during_a_claim_that_finds_nothing_claims_again() -> None:
    claiming, go_on, again = threading.Event(), threading.Event(), threading.Event()
    claims: list[str] = []

    def work(capability: str) -> bool:
        claims.append(capability)
        if len(claims) == 1:
            claiming.set()
            go_on.wait(10)
        else:
            again.set()
        return False

    slots = Slots(1, work, rest=lambda: None)
    assert slots.wake("cpu") is True
    assert claiming.wait(10)

    assert slots.wake("gpu") is False
    go_on.set()

    assert again.wait(10)
    assert slots.wait_idle(10)
    assert claims == ["cpu", "gpu"]


def test_place_is_free_again_after_an_error() -> None:
    def work(capability: str) -> bool:
        raise ValueError(capability)

    rested = threading.Semaphore(0)
    slots = Slots(1, work, rest=rested.release)
    seen: list[threading.ExceptHookArgs] = []
    threading.excepthook, before = seen.append, threading.excepthook
    try:
        for _ in range(3):
            assert slots.wake("cpu") is True
            assert slots.wait_idle(10)
            assert rested.acquire(timeout=10)
    finally:
        threading.excepthook = before


def test_closed_places_start_nothing() -> None:
    slots = Slots(1, lambda capability: True, rest=lambda: None)
    slots.close()

    assert slots.wake("cpu") is False
    assert slots.wait_idle(0)
