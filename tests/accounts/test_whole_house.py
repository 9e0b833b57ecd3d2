"""Leaving, when every room of the house knows something of the user."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services.account_erase import account_erase
from apps.jobs.models import Job, Lane
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_submit import job_submit
from apps.library.models import Track, Version
from apps.studio.models import GenerationRequest
from tests.library.conftest import FACTS
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)
SECRET_SONG = "a lullaby for nobody else"


def creator(name: str) -> User:
    """Somebody with a finished song, a request, a job that runs and one that waits."""
    user = make_user(name=name)
    now = timezone.now()
    track = Track.objects.create(owner=user, title=SECRET_SONG, created_at=now)
    version = Version.objects.create(
        track=track,
        number=1,
        created_at=now,
        prompt=SECRET_SONG,
        operation=FACTS.operation,
        engine=FACTS.engine,
        engine_version="1",
        licence="GPL-2.0",
        commercial=True,
        seed=7,
        seconds=3.0,
        sample_rate=44_100,
        channels=2,
        energy=0.5,
        brightness=0.5,
        master_sha256="0" * 64,
    )
    Track.objects.filter(pk=track.pk).update(current_version=version)
    request = GenerationRequest.objects.create(
        owner=user,
        key=str(uuid4()),
        content_hash="0" * 64,
        engine="composer",
        operation="generate",
        track=track,
        prompt=SECRET_SONG,
        seconds=60,
        seed=7,
        takes=2,
        credits=8,
        created_at=now,
    )
    for _ in range(2):
        job_submit(
            owner=user,
            kind="generate",
            capability="cpu",
            engine="composer",
            payload={"request": str(request.pk)},
            group=request.pk,
            parallel=1,
            paid=False,
            expected_seconds=60,
            now=now,
        )
    return user


def opened(user: User) -> dict[str, Any]:
    """Their export."""
    client = Client()
    client.force_login(user)
    archive = zipfile.ZipFile(io.BytesIO(client.post("/you/export/").getvalue()))
    return {name.removesuffix(".json"): json.loads(archive.read(name)) for name in archive.namelist()}


def test_an_export_has_the_songs_and_how_they_were_made() -> None:
    clara, robert = creator("Clara"), creator("Robert")
    files = opened(clara)
    assert [row["title"] for row in files["tracks"]] == [SECRET_SONG]
    assert [row["prompt"] for row in files["versions"]] == [SECRET_SONG]
    assert [row["prompt"] for row in files["generation_requests"]] == [SECRET_SONG]
    assert len(files["jobs"]) == 2
    others = {str(pk) for pk in Track.objects.filter(owner=robert).values_list("pk", flat=True)}
    others |= {str(pk) for pk in Job.objects.filter(owner=robert).values_list("pk", flat=True)}
    assert not [pk for pk in others if pk in json.dumps(files)]


def test_leaving_takes_songs_and_jobs_along_and_leaves_the_queue_in_order() -> None:
    clara, robert = creator("Clara"), creator("Robert")
    running = job_claim(capability="cpu", worker="w", count=1, now=timezone.now())
    assert len(running) == 1
    account_erase(user=clara)
    assert not User.objects.filter(pk=clara.pk).exists()
    assert set(Track.objects.values_list("owner", flat=True)) == {robert.pk}
    assert set(Job.objects.values_list("owner", flat=True)) == {robert.pk}
    assert set(GenerationRequest.objects.values_list("owner", flat=True)) == {robert.pk}
    assert set(Lane.objects.values_list("owner", flat=True)) == {robert.pk}
    claimed = job_claim(capability="cpu", worker="w", count=4, now=timezone.now())
    left = Job.objects.filter(owner=robert, status=Job.Status.RUNNING).count()
    assert left == 1, f"robert's turn came: {claimed}"
