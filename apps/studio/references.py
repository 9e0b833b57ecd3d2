"""What the wallet's history calls a job, and where it leads: the song it became, or the studio."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.urls import reverse

from apps.jobs.models import Job
from apps.jobs.services.charge import REFERENCE
from apps.library.models import Version
from apps.wallets.references import Link, register

_TITLE_LENGTH = 80


def register_jobs() -> None:
    """Make jobs known."""
    register(REFERENCE, job_links)


def job_links(jobs: list[UUID]) -> Mapping[UUID, Link]:
    """The songs of those that succeeded and were kept, the wishes of the others; two queries."""
    versions = Version.objects.filter(job__in=jobs, track__trashed_at=None).select_related("track")
    links = {row.job: Link(row.track.title, _address(row)) for row in versions if row.job is not None}
    others = set(jobs) - set(links)
    wishes = Job.objects.filter(pk__in=others).values_list("pk", flat=True)
    return links | {pk: Link("", reverse("studio")) for pk in wishes}


def _address(version: Version) -> str:
    page = reverse("track", args=[version.track_id])
    return page if version.id == version.track.current_version_id else f"{page}?version={version.id}"
