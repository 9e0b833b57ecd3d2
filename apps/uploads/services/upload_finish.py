"""Take what was sent, or say why not: by what the file is, and never by what it is called."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.selectors import entitlements
from apps.common.request_ids import current_request_id
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room
from apps.library.storage import storage
from apps.uploads.errors import NotSending, TooMany, Unfit
from apps.uploads.headers import Heading, Unreadable, read_heading
from apps.uploads.models import Upload
from apps.uploads.parts import part_sizes
from apps.uploads.selectors import used_bytes
from apps.uploads.services.locks import locked_upload
from apps.uploads.services.upload_end import end_locked
from apps.uploads.services.upload_targets import ENDED, check_sending

KIND = "normalise"
ENGINE = "normaliser"
CAPABILITY = "cpu"
LONGEST_SECONDS = 600.0
"""A file that claims this much or more is refused."""
TOO_LONG = "This is ten minutes long or longer. Send something shorter."
USED_UP = "Your plan’s storage is used up. Delete tracks you uploaded, and empty the trash."


def upload_finish(*, upload: Upload, now: datetime) -> Upload:
    """Join the parts, look at the head of the file, and hand it to a worker; asked again, the answer is the same.

    Unfit when parts are missing (nothing is lost then) or the file cannot be taken (what was sent is removed).
    NotSending for one that was stopped or expired. TooMany while the owner's queue is full, StorageAway, StorageFull:
    all is still there, so ask again. A process that dies in here leaves what the next call goes on from.
    """
    with transaction.atomic():
        upload = locked_upload(upload.id)
        if upload.state == Upload.State.SENDING:
            check_sending(upload, now)
            _finish(upload, now)
    if upload.state == Upload.State.REFUSED:
        raise Unfit(upload.refusal_detail, type=upload.refusal_type)
    if upload.state == Upload.State.ABORTED:
        raise NotSending(upload.refusal_detail or ENDED)
    return upload


def _finish(upload: Upload, now: datetime) -> None:
    _join(upload)
    try:
        heading = _heading(upload)
    except Unreadable as refused:
        end_locked(upload, Upload.State.REFUSED, why=refused.type, detail=str(refused), now=now)
        return
    upload.container = heading.container
    upload.claimed_seconds = heading.seconds
    upload.save(update_fields=["container", "claimed_seconds"])
    try:
        # locks the owner, so that what is counted below stays true
        waiting_room(owner=upload.owner, jobs=1)
    except TooManyWaiting as full:
        raise TooMany(str(full), type="queue-full") from full
    rights = entitlements(upload.owner)
    if used_bytes(upload.owner) > rights.storage_bytes:
        end_locked(upload, Upload.State.REFUSED, why="storage-used-up", detail=USED_UP, now=now)
        return
    upload.job = job_submit(
        owner=upload.owner,
        kind=KIND,
        capability=CAPABILITY,
        engine=ENGINE,
        payload={"upload": str(upload.id), "request_id": current_request_id()},
        group=upload.id,
        parallel=rights.parallel,
        paid=rights.paid,
        expected_seconds=_expected(heading, upload.bytes),
        now=now,
    )
    upload.state = Upload.State.ACCEPTED
    upload.expires_at = None
    upload.save(update_fields=["job", "state", "expires_at"])


def _join(upload: Upload) -> None:
    """Make the parts one file, unless somebody did who died before saying so."""
    files, sizes = storage(), part_sizes(upload.bytes)
    missing = Unfit("Not all of this file has arrived. Send what is missing.", type="incomplete")
    if upload.handle is None:
        raise missing
    try:
        parts = files.incoming.received(upload.stored_name, upload.handle)
        if [(part.number, part.bytes) for part in parts] != list(enumerate(sizes, start=1)):
            raise missing
        files.incoming.complete(upload.stored_name, upload.handle, parts)
    except FileNotFoundError:
        if not files.exists(upload.stored_name):
            raise missing from None
    if files.size(upload.stored_name) != upload.bytes:
        raise missing


def _heading(upload: Upload) -> Heading:
    with storage().open(upload.stored_name) as file:
        heading = read_heading(file, upload.bytes)
    if heading.seconds is not None and heading.seconds >= LONGEST_SECONDS:
        raise Unreadable("too-long", TOO_LONG)
    return heading


def _expected(heading: Heading, size: int) -> float:
    """Seconds of music, for the queue's outlook."""
    guessed = heading.seconds if heading.seconds is not None else size / 16_000
    return min(LONGEST_SECONDS, max(1.0, guessed))
