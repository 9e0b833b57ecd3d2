"""What a request is understood to mean is shown before it is sent, holds once it is made, and stays light."""

from __future__ import annotations

import subprocess
import sys
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.studio.draft import Draft, drawn_seed
from apps.studio.models import Engine, GenerationRequest
from apps.studio.services.generation_request import generation_request
from apps.studio.understanding import understood
from tests.world import api_client

PROMPT = "melancholic indie folk, fingerpicked guitar, 92 bpm, E minor, about leaving home"


@pytest.fixture
def browser(creator: User) -> Client:
    """The creator, logged in."""
    client = Client()
    client.force_login(creator)
    return client


def test_reading_a_prompt_loads_no_heavy_library() -> None:
    # given a fresh process, as the web is
    script = (
        "import sys\n"
        "from apps.studio.draft import Draft\n"
        "from apps.studio.understanding import understood\n"
        "understood(Draft(engine='composer', seconds=30, prompt='a waltz in 3/4, F# minor'), 1)\n"
        "heavy = {'numpy', 'scipy', 'torch', 'av', 'librosa', 'pyworld', 'tinysoundfont'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    setup = "import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n"
    # when it has read one, then nothing heavy is there
    done = subprocess.run([sys.executable, "-c", setup + script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_it_tells_words_from_fields_from_choices(composer: Engine) -> None:
    found = understood(Draft(engine="composer", seconds=60, prompt=PROMPT, meter="3/4"), 7)
    facts = {fact.name: fact for fact in found.facts}
    assert (facts["tempo"].value, facts["tempo"].source, facts["tempo"].words) == (92.0, "prompt", "92 bpm")
    assert (facts["key"].value, facts["key"].source) == ("E minor", "prompt")
    assert (facts["meter"].value, facts["meter"].source) == ("3/4", "field")
    assert (facts["energy"].source, facts["energy"].words) == ("chosen", "")


def test_contradictions_are_said_as_sentences(composer: Engine) -> None:
    found = understood(Draft(engine="composer", seconds=60, prompt="a slow folk song, 200 bpm"), 7)
    assert found.notes
    assert all(note[0].isupper() or not note[0].isalpha() for note in found.notes)
    assert all(note.endswith((".", "!", "?")) for note in found.notes)


def test_the_page_shows_chips_that_can_be_changed(composer: Engine, browser: Client) -> None:
    page = browser.get("/studio/understood/", {"engine": "composer", "prompt": PROMPT, "request_key": "k"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "92 BPM" in text
    assert 'data-sets="tempo"' in text
    assert "from your words “92 bpm”" in text


def test_who_will_sing_is_shown_where_somebody_sings(composer: Engine, browser: Client) -> None:
    asked = {"engine": "composer", "prompt": PROMPT, "request_key": "k"}
    assert 'data-sets="voice"' in browser.get("/studio/understood/", {**asked, "vocals": "sung"}).content.decode()
    assert 'data-sets="voice"' not in browser.get("/studio/understood/", asked).content.decode()


def test_what_the_form_says_can_be_given_back_to_the_prompt(composer: Engine, browser: Client) -> None:
    page = browser.get("/studio/understood/", {"engine": "composer", "prompt": PROMPT, "tempo": "120"})
    assert "120 BPM" in page.content.decode()
    assert 'data-resets="tempo"' in page.content.decode()


@pytest.mark.parametrize(
    "query", [{}, {"prompt": ""}, {"prompt": "x" * 9_999}, {"prompt": "a\x07b"}, {"tempo": "soon", "key": "H sharp"}]
)
def test_what_says_nothing_or_nonsense_shows_nothing(composer: Engine, browser: Client, query: dict[str, str]) -> None:
    page = browser.get("/studio/understood/", {"engine": "composer", **query})
    assert page.status_code == 200
    assert "understood-chip" not in page.content.decode()


def test_a_prompt_in_the_address_is_understood_without_scripts(composer: Engine, browser: Client) -> None:
    assert "92 BPM" in browser.get("/studio/", {"prompt": PROMPT}).content.decode()


def test_a_visitor_is_told_nothing(composer: Engine) -> None:
    assert Client().get("/studio/understood/", {"prompt": PROMPT}).status_code == 302


def test_an_engine_that_does_not_tell_has_no_chips(composer: Engine, browser: Client) -> None:
    Engine.objects.filter(name="composer").update(understands=False)
    assert "understood-chip" not in browser.get("/studio/", {"prompt": PROMPT}).content.decode()


def test_what_was_chosen_is_what_the_first_take_gets(composer: Engine, creator: User) -> None:
    # given a request that says neither tempo nor key
    key, draft = str(uuid4()), Draft(engine="composer", seconds=30, prompt="something to wake up to")
    shown = understood(draft, drawn_seed(creator.id, key))
    # when it is sent
    generation_request(owner=creator, draft=draft, key=key, now=timezone.now())
    # then its seed reads it in the same way
    made = GenerationRequest.objects.get()
    assert understood(draft, made.seed) == shown
    assert made.seed == drawn_seed(creator.id, key)


def test_the_api_understands(composer: Engine, creator: User) -> None:
    answer = api_client(creator).post("/api/v1/understood", {"prompt": PROMPT}, format="json")
    assert answer.status_code == 200
    facts = {fact["name"]: fact for fact in answer.json()["facts"]}
    assert facts["key"] == {
        "name": "key",
        "value": "E minor",
        "text": "E minor",
        "source": "prompt",
        "words": "E minor",
    }


def test_the_api_refuses_what_is_no_request(composer: Engine, creator: User) -> None:
    answer = api_client(creator).post("/api/v1/understood", {"prompt": "x" * 9_999}, format="json")
    assert answer.status_code == 400
