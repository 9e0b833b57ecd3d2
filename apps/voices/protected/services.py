"""What happens to protected voices and to songs that sound like one: each change in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import structlog
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from apps.accounts.models import User
from apps.accounts.selectors import entitlements
from apps.common.ids import new_id
from apps.common.text import clean_text
from apps.jobs.models import Job
from apps.jobs.services.job_submit import job_submit
from apps.library.models import Track, Version
from apps.library.services.locks import locked_track
from apps.library.services.track_publish import track_publish
from apps.library.storage import storage
from apps.voices.protected.models import (
    MOST_RECORDING_BYTES,
    REASON_LENGTH,
    TITLE_LENGTH,
    Likeness,
    ProtectedVoice,
)
from apps.voices.protected.selectors import listed_at, not_heard

CAPABILITY = "cpu"
LEARN, LISTEN = "protect", "likeness"
"""The kinds of job, and the engines that operators limit."""
_EXPECTED_SECONDS = 60.0
_MOST_AT_ONCE = 20
_LIST_LOCK = 0x6C696B65

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a worker heard in a song."""

    listed_at: datetime
    """Of the list that it was compared with."""
    voice: UUID | None
    """The nearest protected one."""
    similarity: float | None
    measure: str
    alike: bool
    seconds: float
    compared: bool
    """Whether every voice of the list could be compared with."""


def protected_add(
    *, operator: User, title: str, note: str, recording: BinaryIO, scratch: Path, now: datetime
) -> ProtectedVoice:
    """Store the recording and have a worker learn the voice; ValidationError for texts or a file that cannot be."""
    _check_operator(operator)
    title, note = clean_text(title, maximum=TITLE_LENGTH), clean_text(note, maximum=REASON_LENGTH)
    if not title:
        raise ValidationError({"title": ["Say whose voice it is."]})
    content = recording.read(MOST_RECORDING_BYTES + 1)
    if not 0 < len(content) <= MOST_RECORDING_BYTES:
        raise ValidationError({"recording": [f"A recording has at most {MOST_RECORDING_BYTES // 1024**2} MB."]})
    voice = ProtectedVoice(
        id=new_id(),
        title=title,
        note=note,
        recording_sha256=hashlib.sha256(content).hexdigest(),
        added_by=operator,
        created_at=now,
    )
    (scratch / "recording").write_bytes(content)
    storage().put_folder(voice.folder, scratch)
    with transaction.atomic():
        voice.save(force_insert=True)
        _submit(operator, LEARN, {"voice": str(voice.id)}, voice.id, now)
    return voice


def protected_learn_again(*, voice: ProtectedVoice, operator: User, now: datetime) -> None:
    """Have the voice learned by the measures that workers have today; until then it counts as it is."""
    _check_operator(operator)
    if voice.state != ProtectedVoice.State.REMOVED:
        _submit(operator, LEARN, {"voice": str(voice.id)}, voice.id, now)


def list_lock() -> None:
    """Nobody else changes the list, or takes up a voice beside it, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LIST_LOCK])


def protected_ready(
    *, voice_id: UUID, points: Sequence[Mapping[str, Any]], seconds: float, now: datetime
) -> ProtectedVoice | None:
    """From the commit on the voice is protected; None when it was removed meanwhile."""
    list_lock()
    voice = ProtectedVoice.objects.select_for_update(no_key=True).filter(id=voice_id).first()
    if voice is None or voice.state == ProtectedVoice.State.REMOVED:
        return None
    voice.state, voice.points, voice.seconds, voice.ready_at = voice.State.READY, list(points), seconds, now
    voice.refusal = ""
    voice.save()
    log.info("voice_protected", voice=str(voice.id))
    return voice


def protected_refuse(*, voice_id: UUID, reason: str) -> None:
    """The recording cannot stand for a voice; one that was learned before stays as it is."""
    learning = ProtectedVoice.objects.filter(id=voice_id, state=ProtectedVoice.State.LEARNING)
    learning.update(state=ProtectedVoice.State.REFUSED, refusal=reason[:REASON_LENGTH])


@transaction.atomic
def protected_remove(*, voice: ProtectedVoice, operator: User, now: datetime) -> None:
    """Take the voice off the list; its recording goes, and so does what nobody decided about songs like it."""
    _check_operator(operator)
    list_lock()
    voice = ProtectedVoice.objects.select_for_update(no_key=True).get(id=voice.id)
    if voice.state == voice.State.REMOVED:
        return
    voice.state, voice.points, voice.removed_by, voice.removed_at = voice.State.REMOVED, [], operator, now
    voice.save()
    Likeness.objects.filter(voice=voice, state=Likeness.State.FLAGGED).delete()
    folder = voice.folder
    transaction.on_commit(lambda: storage().delete_prefix(folder), robust=True)


def likeness_wanted(*, version: Version, now: datetime) -> None:
    """Have a version listened to, unless nothing is protected or a worker is at it."""
    if listed_at() is None or Job.objects.filter(group=version.id, kind=LISTEN, status__in=_UNDER_WAY).exists():
        return
    Likeness.objects.get_or_create(version=version, defaults={"created_at": now})
    _submit(version.track.owner, LISTEN, {"version": str(version.id)}, version.id, now)


def likeness_sweep(*, now: datetime) -> int:
    """Have versions listened to that were sent before a voice was protected; returns how many, a few at a time."""
    under_way = Job.objects.filter(kind=LISTEN, status__in=_UNDER_WAY).values_list("group", flat=True)
    listened = list(under_way)
    wanted = not_heard(max(0, _MOST_AT_ONCE - len(listened)), listened=listened)
    for version in wanted:
        with transaction.atomic():
            likeness_wanted(version=version, now=now)
    return len(wanted)


def likeness_settle(*, version_id: UUID, heard: Heard, now: datetime) -> Likeness.State | None:
    """What was heard counts; a song like a protected voice is nobody's but its owner's until somebody looked.

    None when the version is gone. What an operator decided about the same voice stays.
    """
    version = Version.objects.select_related("track").filter(id=version_id).first()
    if version is None:
        return None
    track = locked_track(version.track)
    likeness, _ = Likeness.objects.get_or_create(version=version, defaults={"created_at": now})
    flagged = heard.alike or not heard.compared
    if _stands(likeness, heard):
        likeness.listed_at = heard.listed_at
        likeness.save(update_fields=["listed_at"])
        return Likeness.State(likeness.state)
    likeness.state = Likeness.State.FLAGGED if flagged else Likeness.State.CLEAR
    likeness.voice_id, likeness.similarity, likeness.measure = heard.voice, heard.similarity, heard.measure
    likeness.seconds, likeness.listed_at = heard.seconds, heard.listed_at
    likeness.flagged_at = now if flagged else None
    likeness.decided_by, likeness.decided_at, likeness.reason = None, None, ""
    likeness.save()
    if flagged:
        _withdraw(track, now)
    return likeness.state


def likeness_unheard(*, version_id: UUID, now: datetime) -> None:
    """Nobody could listen to it: somebody has to look at it instead."""
    heard = Heard(listed_at() or now, None, None, "", alike=False, seconds=0.0, compared=False)
    likeness_settle(version_id=version_id, heard=heard, now=now)


@transaction.atomic
def likeness_decide(*, version_id: UUID, operator: User, allow: bool, reason: str, now: datetime) -> Likeness:
    """An operator looked: the song may be shared, or may not, for a reason that its owner reads.

    Twice is fine, the last word counts. ValidationError for a refusal without a reason, or where nothing was flagged.
    """
    _check_operator(operator)
    reason = clean_text(reason, maximum=REASON_LENGTH)
    if not allow and not reason:
        raise ValidationError({"reason": ["Say why, so that the owner knows."]})
    version = Version.objects.select_related("track").get(id=version_id)
    track = locked_track(version.track)
    likeness = Likeness.objects.select_for_update(of=("self",)).get(version=version)
    if likeness.state not in {Likeness.State.FLAGGED, *Likeness.DECIDED}:
        raise ValidationError({"state": ["Nothing was found in this song that has to be decided."]})
    likeness.state = Likeness.State.ALLOWED if allow else Likeness.State.REFUSED
    likeness.decided_by, likeness.decided_at, likeness.reason = operator, now, reason
    likeness.save()
    if not allow:
        _withdraw(track, now)
    log.info("likeness_decided", version=str(version.id), allow=allow, by=str(operator.pk))
    return likeness


def _stands(likeness: Likeness, heard: Heard) -> bool:
    """Whether what is known of a song already goes on: what an operator has to decide, or decided about this voice."""
    if likeness.state in {Likeness.State.FLAGGED, Likeness.State.REFUSED}:
        return True
    another = heard.alike and heard.voice != likeness.voice_id
    return likeness.state == Likeness.State.ALLOWED and not another


_UNDER_WAY = (Job.Status.QUEUED, Job.Status.RUNNING)


def _withdraw(track: Track, now: datetime) -> None:
    if track.visibility != Track.Visibility.PRIVATE:
        track_publish(track=track, visibility=Track.Visibility.PRIVATE, now=now)


def _submit(owner: User, kind: str, payload: Mapping[str, Any], group: UUID, now: datetime) -> None:
    rights = entitlements(owner)
    job_submit(
        owner=owner,
        kind=kind,
        capability=CAPABILITY,
        engine=kind,
        payload=payload,
        group=group,
        parallel=rights.parallel,
        paid=rights.paid,
        expected_seconds=_EXPECTED_SECONDS,
        now=now,
    )


def _check_operator(operator: User) -> None:
    if not operator.is_staff:
        raise PermissionDenied("Only operators decide about protected voices.")
