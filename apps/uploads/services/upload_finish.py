"""Take what was sent, or say why not: by what the file is, and never by what it is called."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.selectors import entitlements
from apps.accounts.stored import used_bytes
from apps.common.request_ids import current_request_id
from apps.jobs.persistence import release_connection
from apps.jobs.services.job_submit import job_submit
from apps.jobs.services.waiting_room import TooManyWaiting, waiting_room
from apps.library.storage import storage
from apps.uploads.errors import NotSending, TooMany, Unfit
from apps.uploads.headers import Heading, Unreadable, read_heading
from apps.uploads.models import Upload
from apps.uploads.parts import part_sizes
from apps.uploads.services.locks import locked_upload
from apps.uploads.services.sent import drop_sent
from apps.uploads.services.upload_end import end_locked
from apps.uploads.services.upload_targets import ENDED, check_sending

KIND = "normalise"
ENGINE = "normaliser"
CAPABILITY = "cpu"
LONGEST_SECONDS = 600.0
"""A file that claims this much or more is refused."""
TOO_LONG = "This is ten minutes long or longer. Send something shorter."
MISSING = "Not all of this file has arrived. Send what is missing."
USED_UP = "Your plan’s storage is used up. Delete tracks you uploaded and empty the trash, or revoke a voice of yours."


def upload_finish(*, upload: Upload, now: datetime) -> Upload:
    """Join the parts, look at the head of the file, and hand it to a worker; asked again, the answer is the same.

    Unfit when parts are missing (nothing is lost then) or the file cannot be taken (what was sent is removed).
    NotSending for one that was stopped or expired. TooMany while the owner's queue is full, StorageAway, StorageFull:
    all is still there, so ask again. A process that dies in here leaves what the next call goes on from.
    """
    if upload.state == Upload.State.SENDING:
        check_sending(upload, now)
        # others need the connection more than the storage does
        release_connection()
        seen = _seen(upload)
        with transaction.atomic():
            upload = locked_upload(upload.id)
            if upload.state == Upload.State.SENDING:
                _settle(upload, seen, now)
            elif upload.state in {Upload.State.REFUSED, Upload.State.ABORTED}:
                # ended by another call, before what this one has joined
                drop_sent(upload)
    if upload.state == Upload.State.REFUSED:
        raise Unfit(upload.refusal_detail, type=upload.refusal_type)
    if upload.state == Upload.State.ABORTED:
        raise NotSending(upload.refusal_detail or ENDED)
    return upload


def _seen(upload: Upload) -> Heading | Unreadable | Unfit:
    """What the file is, or why that cannot be said."""
    try:
        _join(upload)
        return _heading(upload)
    except FileNotFoundError:
        return Unfit(MISSING, type="incomplete")
    except (Unreadable, Unfit) as error:
        return error


def _settle(upload: Upload, seen: Heading | Unreadable | Unfit, now: datetime) -> None:
    check_sending(upload, now)
    match seen:
        case Unfit():
            raise seen
        case Unreadable():
            end_locked(upload, Upload.State.REFUSED, why=seen.type, detail=str(seen), now=now)
        case Heading():
            _accept(upload, seen, now)


def _accept(upload: Upload, heading: Heading, now: datetime) -> None:
    upload.container = heading.container
    upload.claimed_seconds = heading.seconds
    upload.save(update_fields=["container", "claimed_seconds"])
    try:
        # locks the owner, so that what is counted below stays true
        waiting_room(owner=upload.owner, jobs=1)
    except TooManyWaiting as full:
        raise TooMany(str(full), type="too-many-waiting") from full
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
    """Make the parts one file, unless another call is ahead, or one that died before saying so; Unfit without them."""
    files, incoming = storage(), storage().incoming
    sizes = list(enumerate(part_sizes(upload.bytes), start=1))
    try:
        parts = incoming.received(upload.stored_name, upload.handle) if upload.handle is not None else []
        if [(part.number, part.bytes) for part in parts] == sizes:
            incoming.complete(upload.stored_name, str(upload.handle), parts)
    except FileNotFoundError:
        pass  # there, or not: that is asked now
    if not files.exists(upload.stored_name) or files.size(upload.stored_name) != upload.bytes:
        raise Unfit(MISSING, type="incomplete")


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
