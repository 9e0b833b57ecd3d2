"""Workers killed at each stage: nothing is lost, nothing is made twice, nothing stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_clear
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.jobs_sweep import jobs_sweep
from apps.library.models import Track
from apps.uploads.models import Upload
from apps.uploads.services.upload_finish import upload_finish
from config.env import ROOT
from tests.jobs.test_celery import site_settings
from tests.uploads.conftest import left_over, sent, wav
from tests.world import make_user

pytestmark = pytest.mark.django_db(transaction=True)
STAGES = ("fetching", "normalising", "storing")


def test_workers_killed_at_each_stage_lose_nothing_and_leave_nothing(folders: Path) -> None:
    # given an upload for each stage, and workers that are killed there
    for number, _ in enumerate(STAGES):
        upload_finish(upload=sent(make_user(), wav(1.0 + number / 10)), now=timezone.now())
    path = os.pathsep.join([str(ROOT / "platform"), str(ROOT)])
    subprocess.run(
        [sys.executable, "-m", "tests.uploads.killed_worker", settings.MEDIA_ROOT, settings.SCRATCH, *STAGES],
        env={**os.environ, **site_settings(), "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=ROOT,
        check=True,
    )
    assert set(Job.objects.values_list("status", "attempt")) == {("running", 1)}
    assert len(list(Path(settings.SCRATCH).iterdir())) == len(STAGES)
    assert not Track.objects.exists()

    # then what they worked with ends by itself
    wait_until_gone(str(folders))

    # when their leases have run out and a worker starts here
    jobs_sweep(now=timezone.now() + settings.LEASE + timedelta(minutes=1))
    Job.objects.update(due_at=None)
    assert scratch_clear() == len(STAGES)
    for _ in STAGES:
        (job,) = job_claim(capability="cpu", worker="survivor")
        execute(job, Control())

    # then every upload is a track, once, and nothing else is left
    assert set(Upload.objects.values_list("state", flat=True)) == {"ready"}
    assert Track.objects.count() == len(STAGES)
    assert len(list((folders / "media" / "versions").iterdir())) == len(STAGES)
    assert left_over(folders) == []


def wait_until_gone(folder: str) -> None:
    """Until no process has the folder on its command line or open."""
    deadline = time.monotonic() + 30
    while using(folder):
        assert time.monotonic() < deadline, "processes of a killed worker go on"
        time.sleep(0.05)


def using(folder: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if process.name == str(os.getpid()):
            continue
        try:
            opened = [str(each.readlink()) for each in (process / "fd").iterdir()]
        except OSError:
            continue
        found += [each for each in opened if each.startswith(folder)]
    return found
