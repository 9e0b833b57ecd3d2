"""The same way in when parts go straight to a real S3 service."""

from __future__ import annotations

import socket

import pytest
from django.test import TestCase
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import User
from apps.jobs.models import Job
from apps.library.storage import storage
from apps.uploads.errors import Unfit
from apps.uploads.models import Upload
from apps.uploads.selectors import received_parts
from apps.uploads.services.upload_finish import upload_finish
from apps.uploads.services.upload_start import upload_start
from apps.uploads.services.upload_targets import upload_targets
from tests.uploads.conftest import cut, put, sent, wav_header
from tests.world import api_client

pytestmark = pytest.mark.django_db


def test_parts_are_put_into_the_bucket_and_sending_goes_on_where_it_stopped(s3_url: str, sender: User) -> None:
    content = wav_header(9 * 1024**2) + bytes(range(256)) * 36 * 1024
    parts, now = cut(content), timezone.now()
    upload = upload_start(owner=sender, filename="a.wav", size=len(content), media_type="", now=now)
    first, second = upload_targets(upload=upload, numbers=[1, 2], now=now)
    upload.refresh_from_db()
    assert put(second, parts[1]) == 200
    assert received_parts(upload) == [2]
    with pytest.raises(Unfit):
        upload_finish(upload=upload, now=now)

    assert put(first, parts[0]) == 200
    for _ in range(2):
        assert upload_finish(upload=upload, now=now).state == "accepted"

    assert Job.objects.count() == 1
    with storage().open(upload.stored_name) as file:
        assert file.read() == content


def test_what_is_refused_leaves_the_bucket(s3_url: str, sender: User) -> None:
    upload = sent(sender, b"%PDF-1.7" + bytes(5000))
    with TestCase.captureOnCommitCallbacks(execute=True), pytest.raises(Unfit):
        upload_finish(upload=upload, now=timezone.now())
    assert not storage().exists(upload.stored_name)


def test_a_storage_that_is_gone_mid_way_loses_nothing(s3_url: str, sender: User, settings: Settings) -> None:
    upload = sent(sender, wav_header(5000) + bytes(5000))
    client, path = api_client(sender), f"/api/v1/uploads/{upload.id}"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.STORAGE_URL = f"s3://a:b@127.0.0.1:{nobody.getsockname()[1]}/refrain?tls=0"
        for answer in (client.get(path), client.post(f"{path}/finish")):
            assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
            assert answer["Retry-After"]
        assert client.get("/api/v1/uploads").status_code == 200
    settings.STORAGE_URL = s3_url
    assert client.post(f"{path}/finish").status_code == 202
    assert Upload.objects.get().state == "accepted"
