"""Recordings of voices take room of their owner's plan, like everything else that is sent."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.utils import timezone

from apps.accounts.models import Plan, User
from apps.accounts.stored import used_bytes
from apps.uploads.errors import NoRoom
from apps.uploads.services.upload_start import upload_start
from apps.voices.models import Recording, RegisteredPerformer
from apps.voices.services.performer_begin import performer_begin
from apps.voices.services.performer_revoke import performer_revoke
from tests.voices.conftest import Stage
from tests.world import api_client

KB = 1000


@pytest.fixture
def voice(stage: Stage) -> RegisteredPerformer:
    """One that waits for its recordings, on a plan that keeps a megabyte."""
    Plan.objects.filter(slug="free").update(storage_bytes=1000 * KB)
    owner = User.objects.get(id=stage.owner.id)
    return performer_begin(owner=owner, title="Ada", chance=random.Random(1), now=timezone.now())


def announce(voice: RegisteredPerformer, size: int, role: str = "sample") -> Any:
    asked = {"role": role, "bytes": size}
    return api_client(voice.owner).post(f"/api/v1/voices/{voice.id}/recordings", asked, format="json")


def test_recordings_and_uploads_share_the_room_of_the_plan(voice: RegisteredPerformer) -> None:
    assert announce(voice, 600 * KB).status_code == 201
    assert used_bytes(voice.owner) == 600 * KB

    # what does not fit any more is refused, as a recording and as an upload, and nothing of it is kept
    refused = announce(voice, 500 * KB)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/storage-used-up")
    with pytest.raises(NoRoom):
        upload_start(owner=voice.owner, filename="a.wav", size=500 * KB, media_type="", now=timezone.now())
    assert Recording.objects.count() == 1

    # what an upload takes is taken from recordings
    upload_start(owner=voice.owner, filename="a.wav", size=300 * KB, media_type="", now=timezone.now())
    assert announce(voice, 200 * KB).status_code == 422
    assert announce(voice, 100 * KB).status_code == 201


def test_a_sentence_that_is_read_again_takes_the_room_of_the_one_before(voice: RegisteredPerformer) -> None:
    assert announce(voice, 600 * KB, "consent").status_code == 201
    assert announce(voice, 700 * KB, "consent").status_code == 201
    assert used_bytes(voice.owner) == 700 * KB
    # one that does not fit leaves the one before where it is
    assert announce(voice, 1100 * KB, "consent").status_code == 422
    assert [each.bytes for each in voice.recordings.all()] == [700 * KB]


def test_a_revoked_voice_gives_its_room_back(voice: RegisteredPerformer) -> None:
    announce(voice, 600 * KB)
    performer_revoke(performer=voice, now=timezone.now())
    assert used_bytes(voice.owner) == 0
