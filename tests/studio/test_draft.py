"""What may be asked of an engine, and how a refusal is said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from apps.accounts.selectors import Entitlements
from apps.studio.checks import check_draft
from apps.studio.draft import Draft, normal_key
from apps.studio.models import Engine

RIGHTS = Entitlements(
    parallel=1,
    takes=2,
    maximum_seconds=120,
    monthly_credits=60,
    storage_bytes=1024**3,
    lossless_downloads=False,
    paid=False,
    sells_output=False,
)
DRAFT = Draft(engine="quiet", seconds=60, prompt="a waltz")


def engine(name: str = "quiet", **changes: object) -> Engine:
    fields: dict[str, object] = {
        "title": name.capitalize(),
        "operations": ["generate", "variation"],
        "controls": ["tempo", "key", "seed"],
        "genres": ["folk"],
        "moods": ["calm"],
        "sung": False,
        "instrumental": True,
        "minimum_seconds": 10,
        "maximum_seconds": 240,
        "announced_at": timezone.now(),
    }
    return Engine(name=name, **(fields | changes))


def refusals(draft: Draft, chosen: Engine, *others: Engine, rights: Entitlements = RIGHTS) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        check_draft(draft, chosen, rights, others)
    return refused.value.message_dict


def test_a_plain_draft_passes() -> None:
    check_draft(DRAFT, engine(), RIGHTS)


def test_a_draft_that_says_nothing_is_refused() -> None:
    assert set(refusals(replace(DRAFT, prompt=""), engine())) == {"prompt"}


def test_a_genre_alone_is_enough() -> None:
    check_draft(replace(DRAFT, prompt="", genre="folk"), engine(), RIGHTS)


@pytest.mark.parametrize("changes", [{"genre": "polka"}, {"mood": "folk"}])
def test_a_genre_or_mood_the_engine_does_not_know_is_refused(changes: dict[str, str]) -> None:
    assert set(refusals(replace(DRAFT, **changes), engine())) == set(changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("seconds", [-1, 0, 9, 121, 10**9])
def test_seconds_out_of_range_are_refused_with_the_range(seconds: int) -> None:
    assert "10 to 120 seconds" in refusals(replace(DRAFT, seconds=seconds), engine())["seconds"][0]


@pytest.mark.django_db
def test_an_engine_kept_for_another_plan_is_refused_with_who_has_it_and_what_can_be_done() -> None:
    # given an engine that an operator keeps for Pro
    kept, free, also_kept = engine(), engine("composer"), engine("choir")
    kept.only_for = also_kept.only_for = ["pro"]
    # when somebody on the free plan asks for it
    said = refusals(DRAFT, kept, free, also_kept, rights=replace(RIGHTS, plan="free"))["engine"]
    # then the plan is named, and what the person can take instead, which is no other engine of that plan
    assert said == ["Quiet is only for Pro here: choose that plan, or another engine. Composer can."]
    check_draft(DRAFT, kept, replace(RIGHTS, plan="pro"))


def test_the_shorter_of_plan_and_engine_holds() -> None:
    generous = replace(RIGHTS, maximum_seconds=600)
    said = refusals(replace(DRAFT, seconds=241), engine(), rights=generous)["seconds"][0]
    assert "10 to 240 seconds long with Quiet" in said


@pytest.mark.parametrize("takes", [0, 3, -1])
def test_takes_beyond_the_plan_are_refused(takes: int) -> None:
    assert set(refusals(replace(DRAFT, takes=takes), engine())) == {"takes"}


def test_a_refusal_names_the_engines_that_can() -> None:
    said = refusals(replace(DRAFT, instrumental=False), engine(), engine("singer", sung=True))["instrumental"][0]
    assert said == "Quiet does not sing yet. Singer can."


def test_a_refusal_says_when_no_engine_can() -> None:
    said = refusals(replace(DRAFT, instrumental=False), engine())["instrumental"][0]
    assert said == "Quiet does not sing yet. No engine on this site can."


def test_a_control_that_the_engine_ignores_is_refused_not_dropped() -> None:
    assert set(refusals(replace(DRAFT, tempo=92.0), engine(controls=["seed"]))) == {"tempo"}


@pytest.mark.parametrize("tempo", [0.0, -92.0, 39.9, 221.0, float("inf"), float("nan")])
def test_impossible_tempi_are_refused(tempo: float) -> None:
    assert set(refusals(replace(DRAFT, tempo=tempo), engine())) == {"tempo"}


def test_an_operation_without_its_version_is_refused() -> None:
    assert set(refusals(replace(DRAFT, operation="variation"), engine())) == {"parent"}


def test_an_unknown_operation_is_refused() -> None:
    assert "engine" in refusals(replace(DRAFT, operation="conjure"), engine())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("E minor", "E minor"),
        ("e min", "E minor"),
        ("em", "E minor"),
        ("C", "C major"),
        ("bb", "Bb major"),
        ("B♭ major", "Bb major"),
        ("F sharp minor", "F# minor"),
        ("  ", ""),
    ],
)
def test_keys_are_read_as_people_write_them(written: str, meant: str) -> None:
    assert normal_key(written) == meant


@pytest.mark.parametrize("nonsense", ["H sharp", "E minor major", "42", "<b>", "E\x00"])
def test_what_is_no_key_is_refused(nonsense: str) -> None:
    with pytest.raises(ValidationError):
        normal_key(nonsense)


def test_the_content_hash_tells_contents_apart() -> None:
    assert DRAFT.content_hash == replace(DRAFT).content_hash
    assert DRAFT.content_hash != replace(DRAFT, takes=2).content_hash
