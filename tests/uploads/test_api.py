"""Sending a file over the API, from the first word to the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import TestCase
from pytest_django import Settings
from rest_framework.test import APIClient

from apps.accounts.models import Plan, User
from apps.jobs.models import Job
from apps.uploads.models import MOST_BYTES, Upload
from apps.uploads.services import upload_start as starting
from tests.uploads.conftest import cut, left_over, put, wav, wav_header
from tests.world import api_client, make_token, make_user

pytestmark = pytest.mark.django_db


class Committing(APIClient):
    """Does what waits for a request's commit, though the test's own transaction goes on."""

    def request(self, **kwargs: Any) -> Any:
        with TestCase.captureOnCommitCallbacks(execute=True):
            return super().request(**kwargs)


@pytest.fixture
def client(sender: User) -> APIClient:
    """The sender's own."""
    client = Committing()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(sender)[1]}")
    return client


def start(client: APIClient, size: int, filename: str = "song.wav", **more: Any) -> Any:
    return client.post("/api/v1/uploads", {"filename": filename, "bytes": size, **more}, format="json")


def targets(client: APIClient, upload: str, *numbers: int) -> Any:
    return client.post(f"/api/v1/uploads/{upload}/targets", {"numbers": list(numbers)}, format="json")


def finish(client: APIClient, upload: str) -> Any:
    return client.post(f"/api/v1/uploads/{upload}/finish")


def send(client: APIClient, content: bytes, filename: str = "song.wav") -> str:
    """All parts of a file; returns the upload's id."""
    answer = start(client, len(content), filename)
    assert answer.status_code == 201, answer.json()
    upload = answer.json()["id"]
    parts = cut(content)
    for target in targets(client, upload, *range(1, len(parts) + 1)).json()["targets"]:
        assert put(target, parts[target["number"] - 1]) == 200
    return str(upload)


def refused(answer: Any, status: int, kind: str) -> str:
    """The sentence of a problem of this kind."""
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{kind}"), answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    return str(answer.json()["detail"])


def test_a_small_file_is_one_part_and_is_accepted(client: APIClient, folders: Path) -> None:
    content = wav(2.0)

    # when it is announced
    told = start(client, len(content), media_type="audio/wav").json()
    assert (told["state"], told["parts"], told["part_bytes"], told["received"]) == ("sending", 1, len(content), [])

    # and its only part put
    (target,) = targets(client, told["id"], 1).json()["targets"]
    assert (target["method"], target["bytes"]) == ("PUT", len(content))
    assert put(target, content) == 200
    assert client.get(f"/api/v1/uploads/{told['id']}").json()["received"] == [1]

    # then finishing makes a job of it, and finishing again is the same answer
    first, second = finish(client, told["id"]), finish(client, told["id"])
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert first.json()["state"] == "accepted"
    job = Job.objects.get()
    assert first.json()["job"] == {"id": str(job.id), "status": "queued", "stage": "", "fraction": 0}
    assert (job.kind, job.capability, job.engine, job.expected_seconds) == ("normalise", "cpu", "normaliser", 2.0)
    assert left_over(folders) == [f"media/uploads/{told['id']}/original"]


def test_a_large_file_comes_in_parts_in_any_order_and_goes_on_where_it_stopped(client: APIClient) -> None:
    content = wav_header(11 * 1024**2) + bytes(11 * 1024**2)
    parts = cut(content)
    upload = start(client, len(content)).json()
    assert (upload["parts"], upload["part_bytes"]) == (3, 5 * 1024**2)
    asked = targets(client, upload["id"], 3, 1, 2).json()["targets"]
    assert [target["bytes"] for target in asked] == [len(part) for part in parts]

    # given a sender who went away after the third and the first part
    assert put(asked[2], parts[2]) == 200
    assert put(asked[0], parts[0]) == 200
    assert "Send what is missing" in refused(finish(client, upload["id"]), 422, "incomplete")

    # when they come back
    known = client.get(f"/api/v1/uploads/{upload['id']}").json()
    assert (known["state"], known["received"]) == ("sending", [1, 3])
    assert put(targets(client, upload["id"], 2).json()["targets"][0], parts[1]) == 200

    # then the file is whole
    assert finish(client, upload["id"]).status_code == 202


def test_a_part_of_another_length_is_not_taken(client: APIClient) -> None:
    upload = start(client, 1000).json()["id"]
    (target,) = targets(client, upload, 1).json()["targets"]
    assert put(target, bytes(999)) == 400
    assert put(target, bytes(1001)) == 400
    assert client.get(f"/api/v1/uploads/{upload}").json()["received"] == []


@pytest.mark.parametrize("size", [0, MOST_BYTES + 1])
def test_a_size_that_cannot_be_is_refused_before_anything_is_sent(client: APIClient, size: int) -> None:
    kind, status = ("empty", 422) if size == 0 else ("too-large", 413)
    told = refused(start(client, size), status, kind)
    assert told == ("This file is empty." if size == 0 else "This file has 50.01 MB; at most 50 MB fit.")
    assert not Upload.objects.exists()


def test_the_largest_file_may_be_announced(client: APIClient) -> None:
    assert start(client, MOST_BYTES).json()["parts"] == 10


def test_who_has_not_confirmed_the_address_sends_nothing_where_mail_goes_out(
    client: APIClient, sender: User, settings: Settings
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    EmailAddress.objects.filter(user=sender).update(verified=False)
    assert "Confirm" in refused(start(client, 1000), 403, "address-not-verified")


def test_a_used_up_plan_is_told_what_is_left(client: APIClient, sender: User) -> None:
    Plan.objects.filter(slug="free").update(storage_bytes=3 * 1024**2)
    assert start(client, 2 * 1024**2).status_code == 201
    assert "1 MB of your plan" in refused(start(client, 2 * 1024**2), 422, "storage-used-up")
    assert start(client, 1024**2).status_code == 201


def test_room_taken_comes_back_when_an_upload_is_stopped_or_refused(client: APIClient) -> None:
    Plan.objects.filter(slug="free").update(storage_bytes=1_000_000)
    first = start(client, 900_000).json()["id"]
    refused(start(client, 900_000), 422, "storage-used-up")
    assert client.delete(f"/api/v1/uploads/{first}").status_code == 204
    second = send(client, bytes(900_000))
    refused(finish(client, second), 422, "not-audio")
    assert start(client, 900_000).status_code == 201


def test_only_so_many_are_sent_at_once(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "MOST_OPEN", 2)
    first = start(client, 1000).json()["id"]
    start(client, 1000)
    refused(start(client, 1000), 429, "too-many-uploads")
    client.delete(f"/api/v1/uploads/{first}")
    assert start(client, 1000).status_code == 201


def test_a_picture_called_a_song_is_refused_and_removed(client: APIClient, folders: Path) -> None:
    upload = send(client, b"\x89PNG\r\n\x1a\n" + bytes(3000), "song.mp3")
    for _ in range(2):
        assert "not an audio file" in refused(finish(client, upload), 422, "not-audio")
    told = client.get(f"/api/v1/uploads/{upload}").json()
    assert (told["state"], told["refusal"]["type"]) == ("refused", "not-audio")
    assert told["refusal"]["detail"] == told["outcome"]
    assert left_over(folders) == []
    assert not Job.objects.exists()


def test_ten_minutes_are_too_long_and_a_second_less_is_not(client: APIClient) -> None:
    # 8-bit mono at 8 kHz keeps ten minutes small
    for seconds, status in ((601, 422), (600, 422), (599, 202)):
        data = seconds * 8000
        upload = send(client, wav_header(data, rate=8000, channels=1, bits=8) + bytes([128]) * data)
        answer = finish(client, upload)
        assert answer.status_code == status
        if status == 422:
            assert "ten minutes" in refused(answer, 422, "too-long")


def test_finishing_what_was_never_sent_says_so(client: APIClient) -> None:
    upload = start(client, 1000).json()["id"]
    refused(finish(client, upload), 422, "incomplete")
    targets(client, upload, 1)
    refused(finish(client, upload), 422, "incomplete")
    assert client.get(f"/api/v1/uploads/{upload}").json()["state"] == "sending"


def test_somebody_elses_upload_is_not_there(client: APIClient) -> None:
    upload = send(client, wav(1.0))
    stranger = api_client(make_user())
    for answer in (
        stranger.get(f"/api/v1/uploads/{upload}"),
        targets(stranger, upload, 1),
        finish(stranger, upload),
        stranger.delete(f"/api/v1/uploads/{upload}"),
    ):
        refused(answer, 404, "not-found")
    assert stranger.get("/api/v1/uploads").json()["results"] == []
    assert client.get(f"/api/v1/uploads/{upload}").json()["state"] == "sending"


def test_nobody_sends_anything_without_an_account(db: None) -> None:
    assert start(api_client(), 1000).status_code == 401


@pytest.mark.parametrize("numbers", [[], [0], [2], [1, 2], list(range(1, 30)), ["x"], [-1]])
def test_parts_that_are_not_there_have_no_target(client: APIClient, numbers: list[Any]) -> None:
    upload = start(client, 1000).json()["id"]
    answer = client.post(f"/api/v1/uploads/{upload}/targets", {"numbers": numbers}, format="json")
    assert answer.status_code in {400, 422}


def test_a_stopped_upload_takes_nothing_more(client: APIClient, folders: Path) -> None:
    upload = start(client, 1000).json()["id"]
    (target,) = targets(client, upload, 1).json()["targets"]
    client.delete(f"/api/v1/uploads/{upload}")

    assert put(target, bytes(1000)) == 410
    refused(targets(client, upload, 1), 409, "upload-ended")
    refused(finish(client, upload), 409, "upload-ended")
    assert client.get(f"/api/v1/uploads/{upload}").json()["state"] == "aborted"
    assert client.get("/api/v1/uploads").json()["results"] == []
    assert left_over(folders) == []


def test_an_accepted_upload_can_still_be_stopped(client: APIClient, folders: Path) -> None:
    upload = send(client, wav(1.0))
    finish(client, upload)
    assert client.delete(f"/api/v1/uploads/{upload}").status_code == 204
    assert client.get(f"/api/v1/uploads/{upload}").json()["state"] == "aborted"
    assert Job.objects.get().status == Job.Status.CANCELLED
    assert left_over(folders) == []


def test_the_same_key_announces_one_file(client: APIClient) -> None:
    for _ in range(2):
        answer = client.post(
            "/api/v1/uploads", {"filename": "a.wav", "bytes": 9}, format="json", HTTP_IDEMPOTENCY_KEY="one"
        )
        assert answer.status_code == 201
    assert Upload.objects.count() == 1


def test_a_list_shows_mine_newest_first_a_page_at_a_time(client: APIClient, django_assert_num_queries: Any) -> None:
    for number in range(3):
        start(client, 1000 + number)
    with django_assert_num_queries(2):  # the token and the list
        page = client.get("/api/v1/uploads?limit=2").json()
    assert [row["bytes"] for row in page["results"]] == [1002, 1001]
    assert page["results"][0]["received"] is None
    assert [row["bytes"] for row in client.get(page["next"]).json()["results"]] == [1000]


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\music\\ Snow .wav", "Snow .wav"),
        ("a\u202egnp.wav", "a gnp.wav"),
        ("///", "Untitled"),
    ],
)
def test_names_are_cleaned_and_never_a_reason_to_refuse(client: APIClient, filename: str, kept: str) -> None:
    assert start(client, 1000, filename).json()["filename"] == kept
