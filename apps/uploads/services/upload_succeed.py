"""An accepted upload becomes a track, or is found to be one that was there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.jobs.handlers import Permanent, Retryable
from apps.jobs.models import Job
from apps.library.models import Track
from apps.library.services.version_create import NewVersion, StoredFile, version_create, version_files_discard
from apps.uploads.models import Upload
from apps.uploads.selectors import same_audio, same_file
from apps.uploads.services.locks import lock_owner, locked_upload
from apps.uploads.services.sent import drop_sent
from apps.uploads.services.upload_take_up import SEND_AGAIN


@dataclass(frozen=True, slots=True)
class Made:
    """A version whose files are stored."""

    version_id: UUID
    title: str
    new: NewVersion
    files: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a file, and the version made of it; None where its owner has it already."""

    sha256: str
    audio_sha256: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    made: Made | None = None


def upload_succeed(*, upload_id: UUID, job: Job, found: Found, now: datetime) -> Mapping[str, str]:
    """Make the track in the transaction that ends the job, and return the job's result.

    Of two uploads of the same song that are worked on at once, one becomes the track and the other its duplicate.
    """
    upload = locked_upload(upload_id)
    if upload.state != Upload.State.ACCEPTED:
        raise Permanent(SEND_AGAIN, kind="upload-ended")
    lock_owner(upload.owner)
    known = same_file(upload.owner, found.sha256)
    if known is None and found.audio_sha256:
        known = same_audio(upload.owner, found.audio_sha256)
    upload.sha256, upload.audio_sha256, upload.tags = found.sha256, found.audio_sha256, dict(found.tags)
    upload.state, upload.finished_at, upload.job = Upload.State.READY, now, job
    result = _make(upload, found.made, now) if known is None else _keep(upload, known, found.made)
    upload.save()
    drop_sent(upload)
    return result


def _make(upload: Upload, made: Made | None, now: datetime) -> Mapping[str, str]:
    if made is None:
        raise Retryable("The track that this file repeats was deleted in the meantime.")
    version = version_create(
        version_id=made.version_id,
        owner=upload.owner,
        track=None,
        parent=None,
        new=made.new,
        files=made.files,
        title=made.title,
        now=now,
    )
    upload.version, upload.track = version, version.track
    upload.stored_bytes = sum(file.bytes for file in made.files)
    return {"version": str(version.id), "track": str(version.track_id)}


def _keep(upload: Upload, known: Track, made: Made | None) -> Mapping[str, str]:
    upload.duplicate_of = known
    if made is not None:
        version_id = made.version_id
        transaction.on_commit(lambda: version_files_discard(version_id), robust=True)
    return {"track": str(known.id), "duplicate_of": str(known.id)}
