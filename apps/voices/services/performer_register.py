"""The owner of a voice agrees, and a worker checks who speaks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.accounts.selectors import entitlements
from apps.common.request_ids import current_request_id
from apps.jobs.models import Job
from apps.jobs.persistence import release_connection
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room
from apps.library.storage import storage
from apps.voices.errors import TooMany, Unfit
from apps.voices.models import Recording, RegisteredPerformer
from apps.voices.sentences import STATEMENT
from apps.voices.services.locks import locked_performer
from apps.voices.services.recording_begin import check_recording

KIND = ENGINE = "register"
CAPABILITY = "cpu"
CHECKS_EACH = 3
"""How often recordings may be checked in a day, for each voice that may be registered in one."""
_DAY = timedelta(days=1)
_EXPECTED_SECONDS = 60.0
MISSING = "Not all of your recordings have arrived. Send what is missing."


def performer_register(*, performer: RegisteredPerformer, agreed: bool, now: datetime) -> RegisteredPerformer:
    """Record the consent and hand the recordings to a worker; asked again, nothing changes.

    Unfit without agreement or recordings, or while one is missing; Over when the sentence was shown too long ago;
    TooMany while the owner's queue is full, or after too many checks in a day; StorageAway, StorageFull: ask again
    then.
    """
    if performer.state == RegisteredPerformer.State.CHECKING:
        return performer
    if not agreed:
        raise Unfit("Without your agreement a voice cannot be registered.", type="consent-missing")
    check_recording(performer, now)
    recordings = list(performer.recordings.all())
    if {recording.role for recording in recordings} != set(Recording.Role.values):
        raise Unfit("Record the sentence, and at least one minute of anything else.", type="recordings-missing")
    # others need the connection more than the storage does
    release_connection()
    for recording in recordings:
        _join(recording)
    with transaction.atomic():
        performer = locked_performer(performer.id)
        if performer.state == RegisteredPerformer.State.CHECKING:
            return performer
        check_recording(performer, now)
        if {each.id for each in recordings} != set(performer.recordings.values_list("id", flat=True)):
            raise Unfit(MISSING, type="incomplete")
        _submit(performer, now)
    return performer


def _submit(performer: RegisteredPerformer, now: datetime) -> None:
    try:
        waiting_room(owner=performer.owner, jobs=1)
    except TooManyWaiting as full:
        raise TooMany(str(full), type="too-many-waiting") from full
    checked = Job.objects.filter(owner=performer.owner, kind=KIND, queued_at__gt=now - _DAY).count()
    if checked >= CHECKS_EACH * settings.VOICE_REGISTRATIONS_DAILY:
        raise TooMany("Your recordings were checked many times today. Come back tomorrow.", type="checks-used-up")
    rights = entitlements(performer.owner)
    performer.state = RegisteredPerformer.State.CHECKING
    performer.statement, performer.consented_at = STATEMENT, now
    performer.save(update_fields=["state", "statement", "consented_at"])
    job_submit(
        owner=performer.owner,
        kind=KIND,
        capability=CAPABILITY,
        engine=ENGINE,
        payload={"performer": str(performer.id), "request_id": current_request_id()},
        group=performer.id,
        parallel=rights.parallel,
        paid=rights.paid,
        expected_seconds=_EXPECTED_SECONDS,
        now=now,
    )


def _join(recording: Recording) -> None:
    """Make what was sent a stored file, unless that was done; Unfit while it is missing."""
    files, name = storage(), recording.stored_name
    try:
        parts = files.incoming.received(name, recording.handle)
        if [part.bytes for part in parts] == [recording.bytes]:
            files.incoming.complete(name, recording.handle, parts)
    except FileNotFoundError:
        pass  # there, or not: that is asked now
    if not files.exists(name) or files.size(name) != recording.bytes:
        raise Unfit(MISSING, type="incomplete")
