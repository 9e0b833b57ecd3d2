"""What is asked about uploads."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from apps.accounts.models import User
from apps.library.models import Track
from apps.library.storage import storage
from apps.uploads.models import Upload
from apps.uploads.parts import part_sizes


def uploads_of(owner: User) -> QuerySet[Upload]:
    """The owner's uploads but for those forgotten, newest first, with the job and the tracks that each one names."""
    return _with_facts(Upload.objects.filter(owner=owner, hidden_at=None)).order_by("-id")


def upload_for(owner: User, upload_id: UUID) -> Upload | None:
    """One of the owner's own, forgotten or not; or none."""
    return _with_facts(Upload.objects.filter(owner=owner, id=upload_id)).first()


def open_uploads(owner: User) -> QuerySet[Upload]:
    """Those still being sent."""
    return Upload.objects.filter(owner=owner, state=Upload.State.SENDING)


def uploaded_bytes(owner: User) -> int:
    """What the owner's uploads take up: what they became, and what is on its way or waits to be tried again."""
    mine = Upload.objects.filter(owner=owner)
    kept = mine.filter(state=Upload.State.READY, version__isnull=False).aggregate(sum=Sum("stored_bytes"))["sum"]
    coming = mine.filter(
        Q(state__in=(Upload.State.SENDING, Upload.State.ACCEPTED))
        | Q(state=Upload.State.FAILED, expires_at__isnull=False)
    ).aggregate(sum=Sum("bytes"))["sum"]
    return int(kept or 0) + int(coming or 0)


def received_parts(upload: Upload) -> list[int]:
    """The numbers of the parts that arrived whole, by the storage's word; StorageAway when it does not answer."""
    every = list(range(1, len(part_sizes(upload.bytes)) + 1))
    if upload.state != Upload.State.SENDING:
        return every if upload.state in {Upload.State.ACCEPTED, Upload.State.READY} else []
    if upload.handle is None:
        return []
    try:
        return [part.number for part in storage().incoming.received(upload.stored_name, upload.handle)]
    except FileNotFoundError:
        # joined already, by somebody who died before saying so
        return every if storage().exists(upload.stored_name) else []


def outcome_of(upload: Upload) -> str:
    """How it ended, in a sentence for its owner; empty before."""
    if upload.state != Upload.State.READY:
        return upload.refusal_detail
    if upload.duplicate_of is not None:
        return f"You already have this as “{upload.duplicate_of.title}”."
    if upload.track is None:
        return "The track has been deleted."
    return f"This is now “{upload.track.title}”."


def same_file(owner: User, sha256: str) -> Track | None:
    """The owner's track that these bytes are the original of."""
    return _track_of(Upload.objects.filter(owner=owner, sha256=sha256))


def same_audio(owner: User, audio_sha256: str) -> Track | None:
    """The owner's track that was made of exactly these samples."""
    return _track_of(Upload.objects.filter(owner=owner, audio_sha256=audio_sha256))


def _track_of(uploads: QuerySet[Upload]) -> Track | None:
    made = uploads.filter(state=Upload.State.READY, version__isnull=False, track__trashed_at=None)
    found = made.select_related("track").defer("track__search").order_by("id").first()
    return found.track if found is not None else None


def _with_facts(uploads: QuerySet[Upload]) -> QuerySet[Upload]:
    related = uploads.select_related("job", "track", "duplicate_of")
    return related.defer("track__search", "duplicate_of__search")
