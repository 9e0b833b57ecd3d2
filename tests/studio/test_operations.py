"""What can be made of a version: what each operation asks for, what is refused, and what is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.library.models import Version
from apps.studio.draft import Draft
from apps.studio.models import Engine, GenerationRequest
from apps.studio.services.generation_request import generation_request
from tests.library.conftest import World
from tests.world import restore_plans

LYRICS = "[verse]\nThe morning comes in slowly\nA kettle starts to sing"


@pytest.fixture
def sung(world: World) -> Version:
    """A sung song of 30 s."""
    restore_plans()
    return world.version(
        seconds=30.4,
        lyrics=LYRICS,
        instrumental=False,
        request={"prompt": "folk", "genre": "folk", "tempo": 92.0, "key": "E minor", "instruments": ["guitar"]},
    )


@pytest.fixture
def ada(world: World) -> Client:
    """The owner's browser."""
    client = Client()
    client.force_login(world.owner)
    return client


def form(version: Version, operation: str, **changes: Any) -> dict[str, Any]:
    return {
        "request_key": str(uuid4()),
        "operation": operation,
        "parent": str(version.id),
        "engine": "everything",
        "takes": "1",
    } | changes


@pytest.fixture
def everything(composer: Engine) -> Engine:
    """An engine that can do all there is."""
    composer.pk = composer.name = "everything"
    composer.title, composer.position, composer.sung = "Everything", 9, True
    composer.operations = ["generate", "variation", "cover", "extend", "repaint", "new_lyrics", "reference"]
    composer.voices = [{"name": "alto", "title": "Alto", "range": "F3–D5"}]
    composer.save(force_insert=True)
    return composer


def made() -> GenerationRequest:
    return GenerationRequest.objects.get()


def test_an_extension_is_sent_as_the_whole_length(everything: Engine, sung: Version, ada: Client) -> None:
    assert ada.post("/studio/", form(sung, "extend", more="15")).status_code == 302
    assert (made().operation, made().seconds, made().lyrics, made().instrumental) == ("extend", 45, LYRICS, False)


def test_a_cover_keeps_length_and_words(everything: Engine, sung: Version, ada: Client) -> None:
    assert ada.post("/studio/", form(sung, "cover", genre="rock")).status_code == 302
    assert (made().seconds, made().lyrics, made().genre) == (30, LYRICS, "rock")


def test_new_words_are_sent_with_the_same_length(everything: Engine, sung: Version, ada: Client) -> None:
    words = LYRICS.replace("morning", "evening")
    assert ada.post("/studio/", form(sung, "new_lyrics", lyrics=words)).status_code == 302
    assert (made().seconds, made().lyrics, made().instrumental) == (30, words, False)


def test_a_repaint_sends_its_span(everything: Engine, sung: Version, ada: Client) -> None:
    answer = ada.post("/studio/", form(sung, "repaint", span_start="4.5", span_end="12"))
    assert answer.status_code == 302
    assert (made().span_start, made().span_end, made().seconds) == (4.5, 12.0, 30)


def test_a_reference_makes_a_song_of_its_own(everything: Engine, sung: Version, ada: Client) -> None:
    answer = ada.post("/studio/", form(sung, "reference", prompt="brighter", seconds="20", vocals="instrumental"))
    assert answer.status_code == 302
    assert (made().parent, made().track) == (sung, None)
    assert Job.objects.get().payload["reference"] == str(sung.id)


@pytest.mark.parametrize(
    ("operation", "changes", "said"),
    [
        ("extend", {"more": "1"}, "greater than or equal to 5"),
        ("extend", {"more": "100"}, "10 to 120 seconds"),
        ("cover", {}, "Pick the genre of the cover"),
        ("new_lyrics", {"lyrics": " "}, "Write the new words"),
        ("repaint", {}, "Choose the span"),
        ("repaint", {"span_start": "20", "span_end": "40"}, "within the 30.4 seconds"),
        ("repaint", {"span_start": "4", "span_end": "5"}, "at least 2 seconds"),
        ("repaint", {"span_start": "9", "span_end": "4"}, "within the 30.4 seconds"),
        ("variation", {"vocals": "sung", "lyrics": "la", "voice": "nobody"}, "not one of the available choices"),
        ("variation", {"vocals": "instrumental", "meter": "13/8"}, "not one of the available choices"),
        ("variation", {"vocals": "instrumental", "instruments": ["kazoo"]}, "not one of the available choices"),
        ("variation", {"vocals": "instrumental", "energy": "7"}, "less than or equal to 1"),
    ],
)
def test_what_does_not_fit_the_version_is_said_in_the_form(
    everything: Engine, sung: Version, ada: Client, operation: str, changes: dict[str, Any], said: str
) -> None:
    answer = ada.post("/studio/", form(sung, operation, **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Job.objects.exists()


def test_new_words_need_a_voice(everything: Engine, world: World, ada: Client) -> None:
    restore_plans()
    answer = ada.post("/studio/", form(world.version(seconds=30.0), "new_lyrics", lyrics="la la"))
    assert "Nobody sings in this version" in answer.content.decode()


@pytest.mark.parametrize("operation", ["extend", "cover", "repaint", "new_lyrics", "reference", "variation"])
def test_each_operation_has_its_own_form(everything: Engine, sung: Version, ada: Client, operation: str) -> None:
    page = ada.get("/studio/", {"parent": str(sung.id), "operation": operation}).content.decode()
    assert f'name="operation" value="{operation}"' in page
    assert ('name="span_start"' in page) == (operation == "repaint")
    assert ('name="more"' in page) == (operation == "extend")
    assert ('name="seconds"' in page) == (operation in {"variation", "reference"})


def test_versions_of_others_are_no_start(everything: Engine, world: World, sung: Version) -> None:
    stranger = Client()
    stranger.force_login(world.other)
    page = stranger.get("/studio/", {"parent": str(sung.id), "operation": "extend"}).content.decode()
    assert "Make a song" in page
    assert stranger.post("/studio/", form(sung, "extend", more="15")).status_code == 422


def test_who_chose_the_seed_gets_no_second_try(composer: Engine, creator: User) -> None:
    for seed in (None, 5):
        draft = Draft(engine="composer", seconds=30, prompt="a waltz", seed=seed)
        generation_request(owner=creator, draft=draft, key=str(uuid4()), now=timezone.now())
    tries = {job.payload["seed"]: "other_seed" in job.payload for job in Job.objects.all()}
    assert tries.pop(5) is False
    assert list(tries.values()) == [True]


def test_more_of_a_request_is_kept(everything: Engine, creator: User) -> None:
    draft = Draft(
        engine="everything",
        seconds=30,
        prompt="a waltz",
        lyrics="la la",
        instrumental=False,
        meter="3/4",
        instruments=("piano",),
        energy=0.3,
        voice="alto",
        language="en",
    )
    generation_request(owner=creator, draft=draft, key="k", now=timezone.now())
    kept = made()
    assert (kept.meter, kept.instruments, kept.energy, kept.voice, kept.language) == (
        "3/4",
        ["piano"],
        0.3,
        "alto",
        "en",
    )


def test_weights_that_may_not_be_sold_are_refused_on_plans_that_sell(everything: Engine, creator: User) -> None:
    Engine.objects.filter(name="everything").update(commercial=False)
    draft = Draft(engine="everything", seconds=30, prompt="a waltz")
    generation_request(owner=creator, draft=draft, key="free", now=timezone.now())
    User.objects.filter(id=creator.id).update(plan="pro")
    creator.refresh_from_db()
    with pytest.raises(ValidationError, match="may be sold, and the licence of Everything’s weights forbids that"):
        generation_request(owner=creator, draft=replace(draft, seed=1), key="pro", now=timezone.now())


def test_the_page_says_what_each_engine_can_do_and_what_its_licence_allows(everything: Engine, creator: User) -> None:
    Engine.objects.filter(name="everything").update(commercial=False, licence="CC-BY-NC-4.0")
    User.objects.filter(id=creator.id).update(plan="pro")
    client = Client()
    client.force_login(creator)
    page = client.get("/studio/").content.decode()
    assert "CC-BY-NC-4.0. Songs may not be sold." in page
    assert "Songs of your plan may be sold, so it cannot be used." in page
    assert "credits a minute" in page
