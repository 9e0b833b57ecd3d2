"""The corpus of `bench hostile` is the same on every run, and of every kind."""

from __future__ import annotations

from collections import Counter

from bench.harness.mutations import corpus


def test_the_same_files_are_made_again() -> None:
    first, second = list(corpus(90)), list(corpus(90))
    assert [(file.name, file.data) for file in first] == [(file.name, file.data) for file in second]
    assert len({file.name for file in first}) == 90


def test_every_kind_of_harm_comes_as_often_as_any_other() -> None:
    kinds = Counter(file.how for file in corpus(500))
    harm = [count for how, count in kinds.items() if count > 10 and how != "good"]
    assert len(harm) >= 10
    assert sum(harm) > 400
    # One of them is among the known troublemakers as well.
    assert max(harm) - min(harm) <= 2
