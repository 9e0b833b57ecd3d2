"""The uploads page as the server writes it: who sees what, in which words, and what each line leads to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.jobs.services.job_submit import job_submit
from apps.library.models import Track, Version
from apps.library.services.track_trash import track_trash
from apps.studio.models import Engine
from apps.uploads.models import Upload
from apps.uploads.services.upload_finish import CAPABILITY, ENGINE, KIND
from apps.uploads.services.upload_start import upload_start
from tests.library.conftest import World, make_world, media, song_folder, world
from tests.studio.conftest import composer
from tests.world import make_user, restore_plans

__all__ = ["composer", "make_world", "media", "song_folder", "world"]

MB = 1024**2
FILE = {"container": "wav", "codec": "pcm_s24le", "sample_rate": 96_000, "channels": 2}
TAGS = {"title": "Lull", "artist": "The Tide Tables", "album": "Low Water"}


@pytest.fixture
def owner(world: World) -> User:
    """Whose uploads they are."""
    restore_plans()
    return world.owner


@pytest.fixture
def ada(owner: User) -> Client:
    """The owner's browser."""
    client = Client()
    client.force_login(owner)
    return client


def upload(owner: User, name: str = "song.wav", *, size: int = 3 * MB, **changes: Any) -> Upload:
    """An upload in any state."""
    made = upload_start(owner=owner, filename=name, size=size, media_type="", now=timezone.now())
    if changes.get("state", "sending") not in {"sending", "accepted"}:
        changes.setdefault("finished_at", timezone.now())
    Upload.objects.filter(id=made.id).update(**changes)
    return Upload.objects.get(id=made.id)


def accepted(owner: User, **job: Any) -> Upload:
    """An upload whose job stands where `job` says."""
    made = job_submit(
        owner=owner,
        kind=KIND,
        capability=CAPABILITY,
        engine=ENGINE,
        payload={"upload": str(uuid4())},
        group=uuid4(),
        parallel=1,
        paid=False,
        expected_seconds=60.0,
        now=timezone.now(),
    )
    Job.objects.filter(id=made.id).update(**job)
    return upload(owner, state="accepted", job=made)


def sent_version(world: World) -> Version:
    """A track as an upload leaves it, but for its score, which no recording has."""
    scratch = world.scratch / uuid4().hex
    song = Path(copytree(world.song, scratch / "sent"))
    (song / "score.json").rename(song / "original.wav")
    return replace(world, song=song, scratch=scratch).version(
        operation="upload",
        engine="normaliser",
        title="Lull",
        prompt="",
        parameters=FILE,
        understood=TAGS,
        vocal_presence=0.42,
        sections=(),
    )


def page(client: Client, address: str = "") -> str:
    return client.get(address or reverse("uploads")).content.decode()


def line(client: Client, upload: Upload) -> str:
    return page(client, reverse("upload-line", args=[upload.id]))


def test_a_visitor_logs_in_first(client: Client, db: None) -> None:
    answer = client.get(reverse("uploads"))
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("?next=/uploads/")


def test_nobody_reaches_the_uploads_of_somebody_else(owner: User, client: Client) -> None:
    mine = upload(owner, "Secret demo.wav")
    client.force_login(make_user())

    assert "Secret demo" not in page(client)
    assert client.get(reverse("upload-line", args=[mine.id])).status_code == 404
    for action in ("upload-forget", "upload-retry"):
        assert client.post(reverse(action, args=[mine.id])).status_code == 404
    assert Upload.objects.get().state == "sending"


def test_the_page_says_what_fits_and_what_is_left(owner: User, ada: Client) -> None:
    upload(owner, size=50 * MB)
    upload(owner, size=MB // 2)

    found = page(ada)

    assert "up to 50 MB and 10 minutes each" in found
    assert "<b>50.5 MB</b> of 2 GB used" in found


def test_who_owes_a_confirmation_is_told_so_where_mail_goes_out(owner: User, ada: Client, settings: Settings) -> None:
    EmailAddress.objects.filter(user=owner).update(verified=False)
    assert "Choose files" in page(ada)

    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"

    assert "Confirm your e-mail address first" in page(ada)
    assert "Choose files" not in page(ada)


def test_an_unfinished_upload_waits_for_its_file(owner: User, ada: Client) -> None:
    found = line(ada, upload(owner, "Lull <3.wav"))

    assert "Choose the file again to go on" in found
    assert 'data-state="sending" data-name="Lull &lt;3.wav" data-bytes="3145728"' in found


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({}, "Accepted. First in line"),
        ({"status": "running", "stage": "measuring"}, "Accepted. Finding tempo, key and loudness"),
        ({"status": "running", "stage": "something new"}, "Accepted. Making a track of it"),
    ],
)
def test_an_accepted_upload_tells_how_far_it_is(owner: User, ada: Client, job: dict[str, Any], said: str) -> None:
    if job:
        job |= {"fraction": 0.4, "started_at": timezone.now(), "lease_until": timezone.now()}
    made = accepted(owner, **job)

    found = line(ada, made)

    assert said in found
    assert f'data-take="{made.job_id}"' in found
    assert f'aria-valuenow="{40 if job else 0}"' in found


def test_a_refusal_says_why_and_what_to_do(owner: User, ada: Client) -> None:
    made = upload(owner, state="refused", refusal_type="damaged", refusal_detail="This file is damaged.")
    found = line(ada, made)

    assert "This file is damaged. Save it anew" in found
    assert "Try again" not in found


def test_a_fault_of_ours_can_be_tried_again(owner: User, ada: Client) -> None:
    failed = accepted(owner, status="failed", finished_at=timezone.now(), error="x")
    why = {"refusal_type": "error", "refusal_detail": "The storage did not answer.", "finished_at": timezone.now()}
    Upload.objects.filter(id=failed.id).update(state="failed", expires_at=timezone.now(), **why)
    assert "kept for a day" in line(ada, failed)

    answer = ada.post(reverse("upload-retry", args=[failed.id]), headers={"HX-Request": "true"})

    again = Job.objects.get(retry_of=failed.job)
    assert f'data-take="{again.id}"' in answer.content.decode()
    assert "Accepted. First in line" in answer.content.decode()


def test_what_became_a_track_plays_and_can_be_taken_after(world: World, owner: User, ada: Client) -> None:
    version = sent_version(world)
    found = line(ada, upload(owner, state="ready", version=version, track=version.track))

    assert "It is a track now" in found
    assert f'data-version="{version.id}"' in found
    assert f"/studio/?parent={version.id}&amp;operation=reference" in found


def test_a_song_sent_twice_leads_to_the_track_that_is_there(world: World, owner: User, ada: Client) -> None:
    version = sent_version(world)
    found = line(ada, upload(owner, "again.mp3", state="ready", duplicate_of=version.track))

    assert "You have this already" in found
    assert reverse("track", args=[version.track_id]) in found


def test_a_track_that_is_gone_or_in_the_trash_is_said_to_be(world: World, owner: User, ada: Client) -> None:
    version = sent_version(world)
    made = upload(owner, state="ready", version=version, track=version.track)

    track_trash(track=Track.objects.get(id=version.track_id), now=timezone.now())
    assert "in the trash" in line(ada, made)
    assert "operation=reference" not in line(ada, made)

    Upload.objects.update(version=None, track=None)
    assert "was deleted" in line(ada, made)


def test_forgetting_stops_an_upload_and_keeps_a_track(world: World, owner: User, ada: Client) -> None:
    version = sent_version(world)
    both = [upload(owner), upload(owner, state="ready", version=version, track=version.track)]

    for each in both:
        answer = ada.post(reverse("upload-forget", args=[each.id]), headers={"HX-Request": "true"})
        assert (answer.status_code, answer.content, answer.headers["HX-Trigger"]) == (200, b"", "upload-ended")

    assert not page(ada).count('data-testid="upload"')
    assert [Upload.objects.get(id=each.id).state for each in both] == ["aborted", "ready"]
    assert Track.objects.get().trashed_at is None


def test_the_page_takes_a_fixed_number_of_queries(
    world: World, owner: User, ada: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(4):
        version = sent_version(world)
        upload(owner, state="ready", version=version, track=version.track)
        upload(owner, state="ready", duplicate_of=version.track)
        accepted(owner)
        upload(owner)
        with django_assert_max_num_queries(17):
            ada.get(reverse("uploads"))


def test_older_uploads_are_on_further_pages(owner: User, ada: Client) -> None:
    for number in range(32):
        upload(owner, f"{number:02}.wav", size=1000, state="refused", refusal_type="x", refusal_detail="No.")

    first = ada.get(reverse("uploads"))

    assert first.content.decode().count('data-testid="upload"') == 30
    assert page(ada, first.context["older"]).count('data-testid="upload"') == 2
    assert ada.get(reverse("uploads"), {"cursor": "x"}).headers["Location"] == reverse("uploads")


def test_the_track_page_tells_of_the_file_and_gives_the_original_to_its_owner(world: World, ada: Client) -> None:
    version = sent_version(world)
    Track.objects.filter(id=version.track_id).update(visibility="public", published_at=timezone.now())
    address = reverse("track", args=[version.track_id])

    mine, other = page(ada, address), Client()
    other.force_login(world.other)

    for told in ("Uploaded", "WAV, 96 kHz, stereo", "The Tide Tables", "Low Water", "42 % of the time"):
        assert told in mine
    assert "normaliser" not in mine.lower()
    assert "Original WAV, as you sent it" in mine
    assert "as you sent it" not in page(other, address)
    download = reverse("api-version-download", args=[version.id])
    assert other.get(download, {"format": "original"}).status_code == 404
    answer = ada.get(download, {"format": "original"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Lull - original.wav"'


def test_only_what_a_recording_can_give_is_offered(world: World, ada: Client, composer: Engine) -> None:
    version = sent_version(world)
    found = page(ada, reverse("track", args=[version.track_id]))

    assert f"parent={version.id}&amp;operation=reference" in found
    for operation in ("variation", "extend", "cover", "repaint"):
        assert f"parent={version.id}&amp;operation={operation}" not in found

    form = {"request_key": str(uuid4()), "parent": str(version.id), "engine": "composer", "takes": "1", "seconds": "20"}
    refused = ada.post("/studio/", form | {"operation": "extend", "more": "15"})
    assert "Take it as a reference instead" in refused.content.decode()
    assert ada.post("/studio/", form | {"operation": "reference", "prompt": "brighter"}).status_code == 302
    assert Job.objects.get().payload["reference"] == str(version.id)


def test_the_library_can_show_uploads_alone(world: World, ada: Client) -> None:
    world.track(title="Made here")
    assert "Uploads</label>" not in page(ada, reverse("library"))

    sent_version(world)

    assert "Uploads</label>" in page(ada, reverse("library"))
    narrowed = page(ada, f"{reverse('library')}?operation=upload")
    assert "Lull" in narrowed
    assert "Made here" not in narrowed
