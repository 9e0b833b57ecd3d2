"""The pages of performers: who sees whom, and what is said of each."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.performer_share import performer_share
from tests.voices.browsing import logged_in, queries
from tests.voices.conftest import ready_voice
from tests.world import make_user


def titles(page: str) -> list[str]:
    """The performers that a list shows, in order."""
    return re.findall(r'class="voice-title"[^>]*><a [^>]*>([^<]+)</a>', page)


@pytest.mark.django_db
def test_a_visitor_sees_who_can_sing_and_nobodys_own_voice() -> None:
    ada = make_user()
    ready_voice(ada, title="Kept")
    ready_voice(ada, title="Everybody’s", visibility="public")

    page = Client().get("/voices/").content.decode()

    assert titles(page)[0] == "Basalt"
    assert titles(page)[-1] == "Everybody’s"
    assert "Kept" not in page
    # each with its range, and something to hear
    assert 'aria-label="Range D2 to C4"' in page
    assert 'data-sample="/api/v1/performers/basalt/sample"' in page


@pytest.mark.django_db
def test_the_list_is_narrowed_by_range_style_and_whose() -> None:
    me, friend = make_user(), make_user()
    mine = ready_voice(me, title="Mine alone")
    shared = ready_voice(friend, title="From a friend", visibility="shared")
    performer_share(performer=shared, visibility="shared", emails=[me.email])
    ready_voice(friend, title="For all", visibility="public")
    type(mine).objects.filter(id=mine.id).update(lowest="F♯2", highest="E4", style="Sea songs")
    client = logged_in(me)

    def shown(query: str) -> list[str]:
        return titles(client.get(f"/voices/?{query}").content.decode())

    assert shown("whose=mine") == ["Mine alone"]
    assert shown("whose=shared") == ["From a friend"]
    assert shown("whose=public") == ["For all"]
    assert shown("register=low") == ["Basalt", "Cedar", "Flint", "Mine alone"]
    assert shown("q=sea+song") == ["Basalt", "Mine alone"]
    assert shown("q=nobody+sings+so") == []
    assert len(shown("whose=nonsense&register=nonsense")) == len(shown(""))


@pytest.mark.django_db
def test_more_voices_cost_the_list_no_more_queries() -> None:
    me, others = make_user(), [make_user() for _ in range(4)]
    client = logged_in(me)
    ready_voice(others[0], title="One", visibility="public")
    few = queries(client, "/voices/")
    for other in others:
        ready_voice(other, title="Another", visibility="public")
    assert queries(client, "/voices/") == few


@pytest.mark.django_db
def test_a_performers_page_says_what_it_is_and_may_be_used_for(client: Client) -> None:
    page = client.get("/voices/performers/larch/").content.decode()
    assert "A ringing tenor" in page
    assert "What it sings for you is yours" in page
    assert "/voices/swap/?performer=larch" in page


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["private", "revoked", "unknown", "nonsense"])
def test_a_voice_that_is_not_there_for_you_is_said_in_a_sentence(client: Client, ending: str) -> None:
    voice = ready_voice(make_user(), title="Secret", visibility="private" if ending == "private" else "public")
    if ending == "revoked":
        performer_revoke(performer=voice, now=timezone.now())
    name = {"unknown": str(uuid4()), "nonsense": "nobody"}.get(ending, str(voice.id))
    answer = client.get(f"/voices/performers/{name}/")
    assert answer.status_code == 404
    assert "This voice is not here for you" in answer.content.decode()
    assert "Secret" not in answer.content.decode()


@pytest.mark.django_db
def test_the_site_leads_to_the_voices(client: Client) -> None:
    page = client.get("/voices/").content.decode()
    assert len(re.findall(r'href="/voices/" aria-current="page"', page)) == 2
