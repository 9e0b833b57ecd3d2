"""What operators do with other people's tracks."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.library.models import Track
from apps.library.services.track_take_down import track_put_back, track_take_down
from tests.library.conftest import NOW, World


@pytest.fixture
def admin(world: World) -> Client:
    User.objects.filter(id=world.operator.id).update(is_superuser=True)
    client = Client()
    client.force_login(world.operator)
    return client


def act(client: Client, track: Track, action: str, reason: str = "") -> str:
    answer = client.post(
        reverse("admin:library_track_changelist"),
        {"action": action, "_selected_action": [str(track.id)], "reason": reason},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_take_down_with_a_reason_and_put_back(world: World, admin: Client) -> None:
    track = world.track("public")
    act(admin, track, "take_down", "Somebody else's melody.")
    track.refresh_from_db()
    assert (track.taken_down_reason, track.taken_down_by) == ("Somebody else's melody.", world.operator)
    act(admin, track, "put_back")
    track.refresh_from_db()
    assert (track.taken_down_at, track.taken_down_reason, track.visibility) == (None, "", "public")


def test_take_down_without_a_reason_is_refused(world: World, admin: Client) -> None:
    track = world.track("public")
    assert "Say why" in act(admin, track, "take_down", "  ")
    track.refresh_from_db()
    assert track.taken_down_at is None


def test_admin_pages_open_and_change_nothing(world: World, admin: Client) -> None:
    track = world.track("public")
    version = track.current_version_id
    for address in (
        reverse("admin:library_track_changelist"),
        reverse("admin:library_track_change", args=[track.id]),
        reverse("admin:library_version_changelist"),
        reverse("admin:library_version_change", args=[version]),
    ):
        assert admin.get(address).status_code == 200
    assert admin.post(reverse("admin:library_version_change", args=[version]), {"seed": 1}).status_code == 403
    assert admin.post(reverse("admin:library_track_delete", args=[track.id]), {"post": "yes"}).status_code == 403
    admin.post(reverse("admin:library_track_change", args=[track.id]), {"title": "Mine"})
    track.refresh_from_db()
    assert track.title == "Snow"


def test_services_refuse_who_is_no_operator(world: World) -> None:
    track = world.track("public")
    with pytest.raises(PermissionDenied):
        track_take_down(track=track, operator=world.other, reason="I say so", now=NOW)
    with pytest.raises(PermissionDenied):
        track_put_back(track=track, operator=world.owner)
    with pytest.raises(ValidationError):
        track_take_down(track=track, operator=world.operator, reason="x" * 401, now=NOW)
    track.refresh_from_db()
    assert track.taken_down_at is None


def test_second_take_down_keeps_the_first_reason(world: World) -> None:
    track = world.track("public")
    track_take_down(track=track, operator=world.operator, reason="First.", now=NOW)
    track_take_down(track=track, operator=world.operator, reason="Second.", now=NOW)
    track.refresh_from_db()
    assert track.taken_down_reason == "First."
