"""Scratch folders: one for each attempt, gone with it; what a killed worker left goes when one starts again here."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from celery import signals
from django.conf import settings

from apps.jobs.handlers import ClaimedJob
from apps.jobs.models import Job

_NAME = re.compile(r"(?P<job>[0-9a-f-]{36})-(?P<attempt>\d+)-")


@contextmanager
def scratch_folder(job: ClaimedJob) -> Iterator[Path]:
    """A folder of the attempt's own beside the media, gone afterwards whatever happens to the job."""
    base: Path = settings.SCRATCH
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{job.id}-{job.attempt}-", dir=base))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def scratch_clear() -> int:
    """Remove the folders of attempts that run no more, and say how many there were."""
    base: Path = settings.SCRATCH
    folders = {path: _attempt(path) for path in base.iterdir()} if base.is_dir() else {}
    jobs = [attempt[0] for attempt in folders.values() if attempt]
    running = set(Job.objects.filter(id__in=jobs, status=Job.Status.RUNNING).values_list("id", "attempt"))
    left = [path for path, attempt in folders.items() if attempt not in running]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)


def _attempt(path: Path) -> tuple[UUID, int] | None:
    found = _NAME.match(path.name)
    return (UUID(found["job"]), int(found["attempt"])) if found else None


@signals.worker_ready.connect
def _on_ready(**_: Any) -> None:
    scratch_clear()
