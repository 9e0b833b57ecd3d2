"""Announce a recording of a voice, and say where it is to be put."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from apps.accounts.stored import bytes_left
from apps.library.storage import PartTarget, storage
from apps.voices.errors import NoRoom, Over, TooMany, Unfit
from apps.voices.models import MOST_RECORDING_BYTES, Recording, RegisteredPerformer
from apps.voices.services.locks import lock_owner, locked_performer

MOST_SAMPLES = 4


@transaction.atomic
def recording_begin(
    *, performer: RegisteredPerformer, role: str, size: int, now: datetime
) -> tuple[Recording, PartTarget]:
    """A recording of `size` bytes on its way, and where it goes; a new consent takes the place of the one before.

    Over when the registration takes none now, Unfit, TooMany or NoRoom when this one cannot be taken, StorageAway.
    """
    performer = locked_performer(performer.id)
    check_recording(performer, now)
    if size < 1:
        raise Unfit("This recording is empty.", type="empty")
    if size > MOST_RECORDING_BYTES:
        raise Unfit(f"A recording has at most {MOST_RECORDING_BYTES // 1024**2} MB.", type="too-large")
    if role == Recording.Role.CONSENT:
        for earlier in performer.recordings.filter(role=role):
            recording_forget(earlier)
    elif performer.recordings.filter(role=role).count() >= MOST_SAMPLES:
        raise TooMany(f"There are {MOST_SAMPLES} recordings already; that is enough.")
    lock_owner(performer.owner)
    if size > bytes_left(performer.owner):
        raise NoRoom("Your plan has no room for this recording. Delete songs you uploaded, or revoke a voice.")
    recording = Recording(performer=performer, role=role, bytes=size, created_at=now)
    recording.handle = storage().incoming.begin(recording.stored_name, [size], "application/octet-stream")
    recording.save()
    return recording, recording_target(recording, now)


def recording_target(recording: Recording, now: datetime) -> PartTarget:
    """Where its bytes are to be put, for a quarter of an hour."""
    return storage().incoming.target(recording.stored_name, recording.handle, 1, recording.bytes, now)


def recording_forget(recording: Recording) -> None:
    """Take one away again; its bytes go after the commit."""
    name, handle = recording.stored_name, recording.handle
    recording.delete()

    def drop() -> None:
        storage().incoming.abort(name, handle)
        storage().delete(name)

    transaction.on_commit(drop, robust=True)


def check_recording(performer: RegisteredPerformer, now: datetime) -> None:
    """Over when nothing can be recorded for it any more."""
    if performer.state != RegisteredPerformer.State.RECORDING:
        raise Over("This registration takes no recordings now.")
    if performer.sentence_until <= now:
        raise Over("This sentence was shown too long ago. Ask for another one and read that.", type="sentence-expired")
