"""Make tracks of what people sent, in processes that can be killed."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.common.ids import new_id
from apps.jobs.control import Control
from apps.jobs.handlers import Cancelled, ClaimedJob, Failure, Permanent, Retryable
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_folder
from apps.library.services.version_create import version_files_discard, version_files_store
from apps.library.storage import StorageAway, StorageFull, storage
from apps.uploads.errors import NotSending
from apps.uploads.models import Upload
from apps.uploads.selectors import same_audio, same_file
from apps.uploads.services.upload_fail import upload_fail
from apps.uploads.services.upload_finish import KIND
from apps.uploads.services.upload_succeed import Found, Made, upload_succeed
from apps.uploads.services.upload_take_up import SEND_AGAIN, upload_take_up
from apps.uploads.tasks.version import new_version, title_of
from inference import engine, stages
from inference.client import Died, Hung
from inference.decoding.model import DecoderFailed, Limits, Reason, Refused
from inference.normalising import client
from inference.normalising.model import Normalised

_STAGE_SECONDS = 60.0
_FULL = "There was no room left on the disk for your track."
_AWAY = "The storage did not answer."
_OURS = "Your file could not be read because of a fault on our side."


class NormaliseHandler:
    """Makes one upload a track: fetch, compare, normalise, store, then the rows with the end of the job."""

    kind = KIND

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._limits = limits

    def run(self, job: ClaimedJob, control: Control) -> Found:
        """Make and store the files; a version's id belongs to one attempt."""
        try:
            upload = upload_take_up(upload_id=UUID(job.payload["upload"]), job_id=job.id)
        except NotSending as over:
            raise Permanent(str(over), kind=over.type) from over
        with _faults_in_our_words(), scratch_folder(job) as scratch:
            return _normalise(upload, scratch, control, self._limits)

    def succeed(self, job: Job, outcome: Found) -> Mapping[str, Any]:
        """Create the track, or point to the one that was there."""
        return upload_succeed(upload_id=_upload_id(job), job=job, found=outcome, now=timezone.now())

    def discard(self, outcome: Found) -> None:
        """Remove the files of a version that never came to be."""
        if outcome.made is not None:
            version_files_discard(outcome.made.version_id)

    def fail(self, job: Job, error: Failure) -> None:
        """Say why there is no track, and give the room back."""
        refused = error.kind in frozenset(Reason)
        upload_fail(upload_id=_upload_id(job), error=error, refused=refused, now=timezone.now())


def _normalise(upload: Upload, scratch: Path, control: Control, limits: Limits) -> Found:
    control.progress("fetching", 0.0, _STAGE_SECONDS)
    source, folder = scratch / "source", scratch / "version"
    sha256 = _fetch(upload, source)
    if same_file(upload.owner, sha256) is not None:
        return Found(sha256)
    made = client.run(
        source,
        folder,
        on_progress=lambda stage, fraction: control.progress(stage, 0.02 + 0.93 * fraction, stages.deadline(stage)),
        should_stop=control.should_stop,
        limits=limits,
    )
    found = Found(sha256, made.audio_sha256, made.source.tags)
    if same_audio(upload.owner, made.audio_sha256) is not None:
        return found
    control.progress("storing", 0.96, _STAGE_SECONDS)
    return replace(found, made=_stored(upload, source, folder, made))


def _fetch(upload: Upload, target: Path) -> str:
    """Bring the file here; returns its hash."""
    try:
        storage().fetch(upload.stored_name, target)
    except FileNotFoundError:
        raise Permanent(SEND_AGAIN, kind="upload-gone") from None
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(upload: Upload, source: Path, folder: Path, made: Normalised) -> Made:
    source.rename(folder / f"original.{made.source.container}")
    version_id, new = new_id(), new_version(upload, made)
    files = version_files_store(version_id=version_id, folder=folder, new=new, picture=made.picture)
    return Made(version_id, title_of(upload, made.source.tags), new, files)


@contextmanager
def _faults_in_our_words() -> Iterator[None]:
    """Says the errors of the decoder, the storage and the disk in the queue's words."""
    try:
        yield
    except engine.Cancelled as stopped:
        raise Cancelled from stopped
    except Refused as refused:
        raise Permanent(str(refused), kind=str(refused.reason)) from refused
    except (DecoderFailed, Died, Hung) as failed:
        raise Retryable(_OURS) from failed
    except engine.EngineError as error:
        raise (Retryable if error.retryable else Permanent)(str(error)) from error
    except StorageAway as away:
        raise Retryable(_AWAY) from away
    except StorageFull as full:
        raise Retryable(_FULL) from full
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Retryable(_FULL) from error
        raise


def _upload_id(job: Job) -> UUID:
    return UUID(job.payload["upload"])
