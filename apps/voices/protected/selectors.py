"""What is asked about protected voices: the list of them, and whether a track may be shared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from apps.library.models import Track, Version
from apps.library.songs import UPLOAD
from apps.voices.protected.models import Likeness, ProtectedVoice

LISTENING = (
    "We are still listening to this song for voices that are protected. "
    "It takes a minute or two; then you can share it."
)
FLAGGED = (
    "This song sounds like a voice that is protected here. "
    "An operator will listen to it; until then only you can hear it."
)


def protected_voices() -> QuerySet[ProtectedVoice]:
    """Those that songs and recordings are compared with."""
    return ProtectedVoice.objects.filter(state=ProtectedVoice.State.READY)


def listed_at() -> datetime | None:
    """When the list last grew; None while it is empty."""
    newest: datetime | None = protected_voices().aggregate(newest=Max("ready_at"))["newest"]
    return newest


def refusal_of(track: Track) -> str:
    """Why this track may not be shared: of the first of its versions that was sent and not found to be all right."""
    sent = list(track.versions.filter(operation=UPLOAD).order_by("number").values_list("id", flat=True))
    if not sent:
        return ""
    known = Likeness.objects.in_bulk(sent)
    newest = listed_at()
    return next(filter(None, (_refusal(known.get(version), newest) for version in sent)), "")


def _refusal(likeness: Likeness | None, newest: datetime | None) -> str:
    if likeness is not None:
        if likeness.state == Likeness.State.REFUSED:
            return f"This song cannot be shared. {likeness.reason}"
        if likeness.state == Likeness.State.FLAGGED:
            return FLAGGED
    behind = likeness is None or likeness.listed_at is None or (newest is not None and likeness.listed_at < newest)
    return LISTENING if newest is not None and behind else ""


def likenesses_of(track: Track) -> QuerySet[Likeness]:
    """What was heard in the track's versions, in their order."""
    return Likeness.objects.filter(version__track=track).select_related("voice").order_by("version__number")


def not_heard(most: int, *, listened: Collection[UUID] = ()) -> list[Version]:
    """Versions that somebody sent and that were not compared with today's list, newest first; `listened` are not."""
    newest = listed_at()
    if newest is None:
        return []
    heard = Likeness.objects.filter(listed_at__gte=newest).values("version")
    decided = Likeness.objects.filter(Q(state=Likeness.State.REFUSED) | Q(state=Likeness.State.FLAGGED))
    sent = Version.objects.filter(operation=UPLOAD, track__purged_at=None).select_related("track__owner")
    waiting = sent.exclude(id__in=heard).exclude(id__in=decided.values("version")).exclude(id__in=listened)
    return list(waiting.order_by("-id")[:most])
