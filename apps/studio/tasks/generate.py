"""Make the songs of "generate" jobs, in engine processes that can be killed."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.common.ids import new_id
from apps.jobs.control import Control
from apps.jobs.handlers import Cancelled, ClaimedJob, Failure, Permanent, Retryable
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_folder
from apps.library.models import Version
from apps.library.services.version_create import (
    NewVersion,
    StoredFile,
    version_create,
    version_draft,
    version_files_discard,
    version_files_store,
)
from apps.library.storage import StorageAway, StorageFull
from apps.library.tasks.signing import folder_sign
from apps.studio.models import GenerationRequest
from apps.studio.services.generation_request import KIND
from apps.studio.tasks.batches import EngineProcesses
from apps.studio.tasks.production import engine_request, new_version
from inference import client, engine, stages
from inference.production import Production

_FULL = "There was no room left on the disk for your song."
_AWAY = "The storage did not answer when your song was to be kept."


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished song whose files are stored, waiting for its row."""

    version_id: UUID
    title: str
    new: NewVersion
    files: tuple[StoredFile, ...]


class GenerateHandler:
    """Makes one take: engine process, then storage, then the version's row with the end of the job."""

    kind = KIND

    def __init__(self, processes: EngineProcesses | None = None) -> None:
        self.processes = processes or EngineProcesses()

    def run(self, job: ClaimedJob, control: Control) -> Outcome:
        """Make the song and store its files; a version's id belongs to one attempt."""
        made = (
            GenerationRequest.objects.select_related("parent", "owner", "track__owner")
            .filter(id=job.payload["request"])
            .first()
        )
        if made is None:
            raise Permanent("What you asked for is gone.")
        version_id = new_id()
        with scratch_folder(job) as scratch, self.processes.lend(job.engine) as process:
            asked = engine_request(job, made, scratch)
            folder = scratch / "version"
            production = _produce(process, job, asked, folder, control)
            control.progress("storing", 0.99, 60.0)
            new = new_version(production, job, asked, _continued(made))
            draft = version_draft(
                version_id=version_id,
                owner=made.owner,
                track=made.track,
                parent=_continued(made),
                new=new,
                title=production.title,
                now=timezone.now(),
            )
            try:
                files = version_files_store(
                    version_id=version_id, folder=folder, new=new, sign=lambda files: folder_sign(draft, files)
                )
            except StorageFull as error:
                raise Retryable(_FULL) from error
            except StorageAway as error:
                raise Retryable(_AWAY) from error
        return Outcome(version_id, production.title, new, files)

    def succeed(self, job: Job, outcome: Outcome) -> Mapping[str, Any]:
        """Create the version, and the track when this is the request's first take."""
        made = GenerationRequest.objects.select_for_update().select_related("owner").get(id=job.payload["request"])
        version = version_create(
            version_id=outcome.version_id,
            owner=made.owner,
            track=made.track,
            parent=_continued(made),
            new=outcome.new,
            files=outcome.files,
            title=outcome.title,
            now=timezone.now(),
        )
        if made.track_id is None:
            made.track_id = version.track_id
            made.save(update_fields=["track"])
        return {"version": str(version.id), "track": str(version.track_id)}

    def discard(self, outcome: Outcome) -> None:
        """Remove the files of a version that never came to be."""
        version_files_discard(outcome.version_id)

    def fail(self, job: Job, error: Failure) -> None:
        """Nothing was taken when the job was submitted, so nothing is given back."""


def _continued(made: GenerationRequest) -> Version | None:
    """What the version goes on from; a reference is another song."""
    return None if made.operation == "reference" else made.parent


def _produce(
    process: client.EngineProcess, job: ClaimedJob, asked: engine.Request, folder: Path, control: Control
) -> Production:
    """Run the engine, and say its errors in the queue's words."""
    control.progress(stages.STARTING, 0.0, stages.deadline(stages.STARTING))
    try:
        return process.run(
            job.engine,
            asked,
            folder,
            # Whatever went wrong before must not happen to others this time.
            alone=job.attempt > 1,
            on_progress=lambda stage, fraction: control.progress(stage, 0.98 * fraction, stages.deadline(stage)),
            should_stop=control.should_stop,
        )
    except engine.Cancelled as stopped:
        raise Cancelled from stopped
    except engine.EngineError as error:
        raise (Retryable if error.retryable else Permanent)(str(error)) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Retryable(_FULL) from error
        raise
