"""Do "protect" and "likeness" jobs: learn a voice that is to be protected, and listen to songs for such voices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone

from apps.jobs.control import Control
from apps.jobs.handlers import ClaimedJob, Failure, Permanent
from apps.jobs.models import Job
from apps.jobs.scratch import scratch_folder
from apps.library.models import Version
from apps.library.storage import storage
from apps.voices.models import RegisteredPerformer
from apps.voices.protected.models import ProtectedVoice
from apps.voices.protected.selectors import protected_voices
from apps.voices.protected.services import (
    LEARN,
    LISTEN,
    Heard,
    likeness_settle,
    likeness_unheard,
    list_lock,
    protected_ready,
    protected_refuse,
)
from apps.voices.services.performer_withdraw import performer_withdraw
from apps.voices.tasks.faults import faults_in_our_words
from apps.voices.tasks.version import master_of
from inference import stages
from inference.likeness import client
from inference.likeness.comparing import taken
from inference.likeness.model import Answer, NotTaken, Point, Protected, Task
from inference.registering.model import PROTECTED, Fault, Registered

_STAGE_SECONDS = 60.0
GONE = "What was to be listened to is gone."


class Listener(Protocol):
    """Listens in a process that can be killed."""

    def __call__(
        self, task: Task, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Answer:
        """See `inference.likeness.client.run`."""


def protected_list() -> tuple[Protected, ...]:
    """Today's list, as inference takes it."""
    return tuple(Protected(str(voice.id), points_from(voice.points)) for voice in protected_voices().order_by("id"))


def points_from(values: Iterable[Mapping[str, Any]]) -> tuple[Point, ...]:
    """Points as rows keep them."""
    return tuple(Point(each["measure"], each["version"], tuple(each["vector"])) for each in values)


def points_kept(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Points as rows keep them, to six digits."""
    return [asdict(point) | {"vector": [round(value, 6) for value in point.vector]} for point in points]


def points_of_performer(found: Registered) -> dict[str, Any]:
    """What is kept of a registered voice to compare it with voices that are protected later."""
    return {"spoken": points_kept(found.spoken), "sung": points_kept(found.sung)}


def refuse_protected(points: Mapping[str, Any]) -> None:
    """Permanent when the voice is like a protected one; until the end of the transaction the list stays as it is."""
    list_lock()
    if _taken(points, protected_list()):
        raise Permanent(PROTECTED, kind=Fault.PROTECTED_VOICE)


class ProtectHandler:
    """Learns one voice; registered ones that are like it can be used no more."""

    kind = LEARN

    def __init__(self, listener: Listener = client.run) -> None:
        self._listener = listener

    def run(self, job: ClaimedJob, control: Control) -> Answer:
        """Fetch the recording and learn the voice in it."""
        voice = ProtectedVoice.objects.filter(id=_voice_id(job)).exclude(state=ProtectedVoice.State.REMOVED).first()
        if voice is None:
            raise Permanent(GONE, kind="gone")
        with _faults(), scratch_folder(job) as scratch:
            control.progress("fetching", 0.0, _STAGE_SECONDS)
            source = scratch / "recording"
            try:
                storage().fetch(voice.recording_name, source)
            except FileNotFoundError:
                raise Permanent(GONE, kind="gone") from None
            return self._listener(
                Task(source, scratch / "listening", compare=False),
                on_progress=lambda stage, done: control.progress(stage, done, stages.deadline(stage)),
                should_stop=control.should_stop,
            )

    def succeed(self, job: Job, outcome: Answer) -> Mapping[str, Any]:
        """From here on the voice is protected."""
        points = points_kept(outcome.points)
        voice = protected_ready(voice_id=_voice_id(job), points=points, seconds=outcome.seconds, now=timezone.now())
        if voice is None:
            raise Permanent(GONE, kind="gone")
        protected = (Protected(str(voice.id), points_from(voice.points)),)
        ready = RegisteredPerformer.objects.filter(state=RegisteredPerformer.State.READY).exclude(points={})
        for performer in ready.only("id", "points"):
            if _taken(performer.points, protected):
                performer_withdraw(performer_id=performer.id, kind=Fault.PROTECTED_VOICE, reason=PROTECTED)
        return {"voice": str(voice.id)}

    def discard(self, outcome: Answer) -> None:
        """Nothing is stored before it succeeds."""

    def fail(self, job: Job, error: Failure) -> None:
        """Operators read why."""
        protected_refuse(voice_id=_voice_id(job), reason=error.message)


@dataclass(frozen=True, slots=True)
class Listened:
    """What was heard in a song, and of when the list is that it was compared with."""

    listed_at: datetime
    answer: Answer


class ListenHandler:
    """Listens to one version that somebody sent."""

    kind = LISTEN

    def __init__(self, listener: Listener = client.run) -> None:
        self._listener = listener

    def run(self, job: ClaimedJob, control: Control) -> Listened:
        """Compare what is sung with today's list."""
        version = Version.objects.filter(id=_version_id(job)).first()
        if version is None:
            raise Permanent(GONE, kind="gone")
        listed_at, protected = timezone.now(), protected_list()
        with _faults(), scratch_folder(job) as scratch:
            control.progress("fetching", 0.0, _STAGE_SECONDS)
            task = Task(master_of(version, scratch / "master.flac"), scratch / "listening", True, protected)
            answer = self._listener(
                task,
                on_progress=lambda stage, done: control.progress(stage, done, stages.deadline(stage)),
                should_stop=control.should_stop,
            )
        return Listened(listed_at, answer)

    def succeed(self, job: Job, outcome: Listened) -> Mapping[str, Any]:
        """Flag the song or not."""
        answer, nearest = outcome.answer, outcome.answer.nearest
        heard = Heard(
            listed_at=outcome.listed_at,
            voice=_still_listed(nearest.name) if nearest else None,
            similarity=nearest.similarity if nearest else None,
            measure=nearest.measure if nearest else "",
            alike=nearest is not None and nearest.alike and _still_listed(nearest.name) is not None,
            seconds=answer.seconds,
            compared=answer.compared,
        )
        state = likeness_settle(version_id=_version_id(job), heard=heard, now=timezone.now())
        return {"version": str(_version_id(job)), "state": str(state or "gone")}

    def discard(self, outcome: Listened) -> None:
        """Nothing is stored before it succeeds."""

    def fail(self, job: Job, error: Failure) -> None:
        """Somebody has to look at it instead."""
        likeness_unheard(version_id=_version_id(job), now=timezone.now())


@contextmanager
def _faults() -> Iterator[None]:
    with faults_in_our_words():
        try:
            yield
        except NotTaken as refused:
            raise Permanent(str(refused), kind=str(refused.fault)) from refused


def _taken(points: Mapping[str, Any], protected: Sequence[Protected]) -> bool:
    return taken(points_from(points.get("spoken", ())), points_from(points.get("sung", ())), protected) is not None


def _still_listed(name: str) -> UUID | None:
    voice = protected_voices().filter(id=UUID(name)).only("id").first()
    return voice.id if voice is not None else None


def _voice_id(job: ClaimedJob | Job) -> UUID:
    return UUID(job.payload["voice"])


def _version_id(job: ClaimedJob | Job) -> UUID:
    return UUID(job.payload["version"])
