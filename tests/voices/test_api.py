"""The API of performers, swaps and ratings: what is shown, to whom, and what is refused."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.library.services.track_publish import track_publish
from apps.voices.models import RegisteredPerformer
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.services.performer_share import performer_share
from inference.performers import BUILT_IN
from tests.voices.conftest import GOOD, Stage, ready_voice
from tests.world import api_client, make_user


def listed(user: Any = None) -> list[str]:
    return [each["id"] for each in api_client(user).get("/api/v1/performers").json()["results"]]


def test_everybody_sees_the_built_in_performers(db: None) -> None:
    shown = api_client().get("/api/v1/performers").json()["results"]
    assert [each["id"] for each in shown] == [each.name for each in BUILT_IN]
    cedar = next(each for each in shown if each["id"] == "cedar")
    assert cedar["built_in"]
    assert (cedar["title"], cedar["lowest"], cedar["highest"]) == ("Cedar", "G2", "F4")

    portrait = api_client().get(cedar["portrait"])
    assert portrait["Content-Type"] == "image/svg+xml"
    assert portrait.content.startswith(b"<svg")
    assert api_client().get("/api/v1/performers/nobody/portrait").status_code == 404


def test_every_built_in_performer_can_be_heard_by_anybody(db: None) -> None:
    for performer in BUILT_IN:
        heard = api_client().get(f"/api/v1/performers/{performer.name}/sample")
        assert heard["Content-Type"] == "audio/mpeg"
        assert heard.content.startswith(b"ID3")
    assert api_client().get("/api/v1/performers/nobody/sample").status_code == 404


def test_a_voice_is_shown_to_whom_it_is_open(stage: Stage) -> None:
    performer = ready_voice(stage.owner)
    name, other = str(performer.id), make_user()
    assert name in listed(stage.owner)
    assert name not in listed(other)
    assert name not in listed()

    performer_share(performer=performer, visibility="shared", emails=[other.email])
    assert name in listed(other)
    assert name not in listed(make_user())
    assert api_client(other).get(f"/api/v1/performers/{name}/sample").status_code == 200

    performer_share(performer=performer, visibility="public")
    assert name in listed()

    # and to nobody once it is revoked
    performer_revoke(performer=performer, now=timezone.now())
    for anybody in (None, other, stage.owner):
        assert name not in listed(anybody)
    assert api_client(other).get(f"/api/v1/performers/{name}/sample").status_code == 404


def test_a_page_later_has_no_built_in_performers(stage: Stage) -> None:
    for number in range(3):
        ready_voice(stage.owner, title=f"Voice {number}")
    client = api_client(stage.owner)
    first = client.get("/api/v1/performers?limit=2").json()
    second = client.get(first["next"]).json()
    assert [each["title"] for each in first["results"]][-2:] == ["Voice 2", "Voice 1"]
    assert [each["title"] for each in second["results"]] == ["Voice 0"]


def test_a_swap_over_the_api(stage: Stage) -> None:
    client = api_client(stage.owner)
    asked = {"kind": "swap", "version": str(stage.version.id), "performer": "cedar", "handling": "keep"}

    quoted = client.post("/api/v1/swaps/quote", asked, format="json").json()
    assert (quoted["credits"], quoted["enough"]) == (1, True)

    key = {"Idempotency-Key": str(uuid4())}
    answer = client.post("/api/v1/swaps", asked, format="json", headers=key)
    assert answer.status_code == 202
    assert client.post("/api/v1/swaps", asked, format="json", headers=key).json()["id"] == answer.json()["id"]
    assert answer.json()["job"]["status"] == "queued"

    stage.work()
    done = client.get(f"/api/v1/swaps/{answer.json()['id']}").json()
    assert (done["state"], done["charged"], done["card"]["verdict"]) == ("done", 1, "The melody is kept.")
    assert [each["id"] for each in client.get("/api/v1/swaps").json()["results"]] == [done["id"]]
    assert api_client(make_user()).get(f"/api/v1/swaps/{done['id']}").status_code == 404

    quality = client.get(f"/api/v1/versions/{done['result']}/quality").json()
    assert quality["card"] == GOOD.as_json()
    (picture,) = quality["pictures"]
    shown = client.get(picture["url"])
    assert shown["Content-Type"] == "image/svg+xml"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert client.get(f"/api/v1/versions/{done['result']}/quality/card.json").status_code == 404
    assert client.get(f"/api/v1/versions/{stage.version.id}/quality").status_code == 404


def test_a_preview_is_heard_by_who_asked(stage: Stage) -> None:
    swap = stage.made("preview")
    client = api_client(stage.owner)
    address = client.get(f"/api/v1/swaps/{swap.id}").json()["preview"]
    heard = client.get(address)
    assert heard["Content-Type"] == "audio/mpeg"
    # the same frames, behind a tag that says who sings
    assert b"".join(heard).endswith((stage.world.song / "track.mp3").read_bytes())
    assert api_client(make_user()).get(address).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "opera"}, "kind"),
        ({"performer": ""}, "performer"),
        ({"kind": "karaoke"}, "performer"),
        ({"handling": "up"}, "handling"),
        ({"method": "magic"}, "method"),
        ({"kind": "preview", "start": -1}, "start"),
        ({"kind": "preview", "start": "NaN"}, "start"),
        ({"version": "x"}, "version"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(stage: Stage, wrong: dict[str, Any], field: str) -> None:
    asked = {"kind": "swap", "version": str(stage.version.id), "performer": "cedar", **wrong}
    answer = api_client(stage.owner).post("/api/v1/swaps", asked, format="json")
    assert answer.status_code in {400, 422}
    assert field in {each["field"] for each in answer.json().get("errors", [{"field": "start"}])}


def test_who_may_hear_a_result_rates_it_once(stage: Stage) -> None:
    swap = stage.made()
    assert swap.result is not None
    address = f"/api/v1/versions/{swap.result.id}/rating"
    mine, other = api_client(stage.owner), api_client(make_user())

    assert mine.put(address, {"stars": 2}, format="json").json() == {"count": 1, "mean": 2.0, "mine": 2}
    assert mine.put(address, {"stars": 4}, format="json").json() == {"count": 1, "mean": 4.0, "mine": 4}
    assert other.put(address, {"stars": 5}, format="json").status_code == 404
    for stars in (0, 6, "x"):
        assert mine.put(address, {"stars": stars}, format="json").status_code == 400

    track_publish(track=swap.result.track, visibility="public", now=timezone.now())
    assert other.put(address, {"stars": 5}, format="json").json() == {"count": 2, "mean": 4.5, "mine": 5}
    assert api_client().put(address, {"stars": 5}, format="json").status_code == 401
    assert api_client().get(f"/api/v1/versions/{swap.result.id}/quality").json()["ratings"] == {
        "count": 2,
        "mean": 4.5,
        "mine": None,
    }
    assert other.delete(address).json() == {"count": 1, "mean": 4.0, "mine": None}

    # what is no result has no rating
    plain = f"/api/v1/versions/{stage.version.id}/rating"
    assert mine.put(plain, {"stars": 3}, format="json").status_code == 404


def test_a_voice_is_its_owners_to_change_and_revoke(stage: Stage) -> None:
    performer = ready_voice(stage.owner)
    address, mine, other = f"/api/v1/voices/{performer.id}", api_client(stage.owner), api_client(make_user())
    for answer in (
        other.get(address),
        other.patch(address, {"title": "Mine"}, format="json"),
        other.delete(address),
        other.post(f"{address}/register", {"agreed": True}, format="json"),
        other.post(f"{address}/recordings", {"role": "sample", "bytes": 9}, format="json"),
        other.post(f"{address}/sentence"),
    ):
        assert answer.status_code == 404

    asked = {"title": "Ada at dusk", "visibility": "shared", "shared_with": ["bo@example.org", "BO@example.org"]}
    shown = mine.patch(address, asked, format="json").json()
    assert (shown["title"], shown["visibility"], shown["shared_with"]) == ("Ada at dusk", "shared", ["bo@example.org"])
    assert mine.patch(address, {"title": " "}, format="json").status_code == 400
    assert mine.patch(address, {"title": "a\u202eb"}, format="json").status_code == 400
    assert mine.patch(address, {"shared_with": ["nobody"]}, format="json").status_code == 400

    revoked = mine.delete(address).json()
    assert (revoked["state"], revoked["visibility"], revoked["shared_with"]) == ("revoked", "private", [])
    assert revoked["revoked_at"] is not None
    assert revoked["statement"]
    assert mine.delete(address).json()["revoked_at"] == revoked["revoked_at"]
    again = mine.patch(address, {"visibility": "public"}, format="json")
    assert (again.status_code, again.json()["type"]) == (410, "/problems/performer-revoked")
    assert RegisteredPerformer.objects.get(id=performer.id).print_sha256 == ""
