"""Protected voices: registering one is refused, and a song that sounds like one waits for an operator."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.jobs import handlers
from apps.jobs.control import Control
from apps.jobs.execution import execute
from apps.jobs.models import Job
from apps.jobs.services.job_claim import job_claim
from apps.library.models import Track
from apps.library.services.track_publish import track_publish
from apps.library.storage import storage
from apps.voices.protected.models import Likeness, ProtectedVoice
from apps.voices.protected.selectors import FLAGGED, LISTENING
from apps.voices.protected.services import (
    likeness_decide,
    likeness_sweep,
    protected_add,
    protected_remove,
)
from apps.voices.selectors import choice_for
from apps.voices.tasks.protected import ListenHandler, ProtectHandler
from apps.voices.tasks.register import RegisterHandler
from inference.engine import EngineError
from inference.likeness.model import Answer, Fault, NotTaken, Point, Resemblance, Task
from inference.registering.model import PROTECTED, Registered
from tests.voices.conftest import Stage, ready_voice
from tests.voices.test_register import sent
from tests.world import api_client, make_user

STAR, OTHER = (Point("spectral", "1", (1.0, 0.0)),), (Point("spectral", "1", (0.0, 1.0)),)


@dataclass
class Ears:
    """Hears in recordings the voice it was told of, and in songs whether they are like the list's first."""

    points: tuple[Point, ...] = STAR
    alike: bool = True
    compared: bool = True
    error: Exception | None = None
    asked: list[Task] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def __call__(
        self, task: Task, *, on_progress: Callable[[str, float], None], should_stop: Callable[[], bool]
    ) -> Answer:
        self.asked.append(task)
        self.meanwhile()
        if self.error is not None:
            raise self.error
        if not task.compare:
            return Answer(20.0, self.points)
        nearest = Resemblance(task.protected[0].name, 0.9, "spectral 1", self.alike)
        return Answer(40.0, nearest=nearest, compared=self.compared)


@pytest.fixture
def ears(stage: Stage) -> Iterator[Ears]:
    made, before = Ears(), [handlers.get("protect"), handlers.get("likeness")]
    handlers.register(ProtectHandler(made))
    handlers.register(ListenHandler(made))
    yield made
    for handler in before:
        handlers.register(handler)


def work() -> None:
    (job,) = job_claim(capability="cpu", worker="test")
    execute(job, Control())


def protect(stage: Stage, scratch: Path, title: str = "Star") -> ProtectedVoice:
    """A voice on the list, learned."""
    (folder := scratch / title).mkdir()
    voice = protected_add(
        operator=stage.world.operator,
        title=title,
        note="by her manager",
        recording=io.BytesIO(b"a recording"),
        scratch=folder,
        now=timezone.now(),
    )
    work()
    voice.refresh_from_db()
    return voice


def upload(stage: Stage, **how: Any) -> Track:
    """What somebody sent, as soon as it is a track."""
    return stage.world.track(owner=stage.owner, operation="upload", engine="normaliser", **how)


def publish(track: Track, visibility: str = "public") -> str:
    """Why it cannot be; nothing when it can."""
    try:
        track_publish(track=track, visibility=visibility, now=timezone.now())
    except ValidationError as refused:
        return refused.messages[0]
    return ""


def test_a_song_like_a_protected_voice_waits_for_an_operator(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    # given a protected voice, and a song that somebody sends
    voice = protect(stage, tmp_path)
    track = upload(stage)
    # then it cannot be shared before it was listened to, nor when it was found to be like the voice
    assert (publish(track), publish(track, "unlisted")) == (LISTENING, LISTENING)
    work()
    assert (publish(track), publish(track, "private")) == (FLAGGED, "")
    track.refresh_from_db()
    assert (track.visibility, track.published_at) == ("private", None)
    likeness = Likeness.objects.get(version=track.current_version_id)
    assert (likeness.state, likeness.voice, likeness.similarity) == ("flagged", voice, 0.9)
    # and its owner reads why, by the API as well, but not whose voice it is like
    answer = api_client(stage.owner).get(f"/api/v1/tracks/{track.id}/likeness").json()
    assert (answer["may_share"], answer["detail"], answer["versions"][0]["state"]) == (False, FLAGGED, "flagged")
    assert "Star" not in str(answer)
    assert api_client(stage.world.other).get(f"/api/v1/tracks/{track.id}/likeness").status_code == 404
    client = Client()
    client.force_login(stage.owner)
    assert FLAGGED in client.get(f"/tracks/{track.id}/").content.decode()
    # when an operator has looked and it is all right
    now = timezone.now()
    likeness_decide(version_id=likeness.pk, operator=stage.world.operator, allow=True, reason="A parody.", now=now)
    # then it may be shared, and who decided is kept
    assert publish(track) == ""
    likeness.refresh_from_db()
    assert (likeness.decided_by, likeness.decided_at, likeness.reason) == (stage.world.operator, now, "A parody.")


def test_what_an_operator_refuses_stays_private_for_a_reason(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    protect(stage, tmp_path)
    track = upload(stage)
    work()
    version, path = str(track.current_version_id), f"/api/v1/tracks/{track.id}/likeness"
    operator = api_client(stage.world.operator)
    # given no reason, nothing is decided; nor by somebody who is no operator
    assert operator.post(path, {"version": version, "allow": False}, format="json").status_code == 400
    refusal = {"version": version, "allow": False, "reason": "It is her voice."}
    assert api_client(stage.owner).post(path, refusal, format="json").status_code == 403
    likeness = Likeness.objects.get(version=track.current_version)
    with pytest.raises(PermissionDenied):
        likeness_decide(version_id=likeness.pk, operator=stage.owner, allow=True, reason="", now=timezone.now())
    likeness.refresh_from_db()
    assert likeness.state == "flagged"
    # when an operator refuses it
    assert operator.post(path, refusal, format="json").status_code == 200
    assert publish(track) == "This song cannot be shared. It is her voice."


def test_a_song_like_nobody_is_nobodys_business(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    ears.alike = False
    protect(stage, tmp_path)
    track = upload(stage)
    work()
    assert Likeness.objects.get(version=track.current_version_id).state == "clear"
    assert publish(track) == ""


def test_with_an_empty_list_nobody_listens(stage: Stage, ears: Ears) -> None:
    track = upload(stage)
    assert publish(track) == ""
    assert likeness_sweep(now=timezone.now()) == 0
    assert not Likeness.objects.exists()
    assert not Job.objects.exists()


def test_what_the_house_made_is_not_listened_to(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    protect(stage, tmp_path)
    assert publish(stage.version.track) == ""
    assert not Likeness.objects.exists()


def test_a_version_made_of_a_flagged_song_does_not_set_it_free(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    protect(stage, tmp_path)
    track = upload(stage)
    work()
    version = stage.world.version(track=track, parent=track.current_version, owner=stage.owner, operation="karaoke")
    version.track.refresh_from_db()
    assert publish(version.track) == FLAGGED


def test_songs_from_before_are_listened_to_and_withdrawn(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    # given a song that is public already when a voice is protected
    track = upload(stage)
    assert publish(track) == ""
    protect(stage, tmp_path)
    # when the sweeper has it listened to, once
    assert (likeness_sweep(now=timezone.now()), likeness_sweep(now=timezone.now())) == (1, 0)
    work()
    # then it is its owner's alone
    track.refresh_from_db()
    assert (track.visibility, publish(track)) == ("private", FLAGGED)
    assert likeness_sweep(now=timezone.now()) == 0


def test_a_voice_protected_while_a_song_is_listened_to_counts(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    # given a song that is compared with the list of a moment ago
    ears.alike = False
    protect(stage, tmp_path)
    track = upload(stage)
    ears.meanwhile = lambda: ProtectedVoice.objects.update(ready_at=timezone.now() + timedelta(seconds=5))
    work()
    # then it cannot be shared before it was compared with today's
    assert publish(track) == LISTENING


def test_a_song_that_nobody_could_listen_to_is_looked_at(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    protect(stage, tmp_path)
    ears.error = EngineError("It cannot be read.")
    track = upload(stage)
    work()
    assert publish(track) == FLAGGED
    assert Likeness.objects.get(version=track.current_version_id).similarity is None


def test_what_cannot_be_compared_is_looked_at(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    protect(stage, tmp_path)
    ears.alike, ears.compared = False, False
    track = upload(stage)
    work()
    assert publish(track) == FLAGGED


def test_a_protected_voice_cannot_be_registered(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    # given a registration that is checked while the voice becomes protected
    performer = sent(stage.owner)

    def registrar(task: Any, **_: Any) -> Registered:
        task.folder.mkdir()
        (task.folder / "print").write_bytes(b"what was learned")
        ProtectedVoice.objects.create(
            title="Star", state="ready", points=[{"measure": "spectral", "version": "1", "vector": [1.0, 0.0]}],
            recording_sha256="a" * 64, created_at=timezone.now(), ready_at=timezone.now(),
        )  # fmt: skip
        return Registered("c" * 64, "b" * 64, 0.9, "spectral 1", 62.0, "A2", "E4", spoken=STAR, sung=OTHER)

    before = handlers.get("register")
    handlers.register(RegisterHandler(registrar))
    # when the check ends, then it is refused all the same, and nothing of it is kept
    work()
    handlers.register(before)
    performer.refresh_from_db()
    assert (performer.state, performer.refusal_type, performer.refusal_detail) == (
        "refused", "protected-voice", PROTECTED,
    )  # fmt: skip
    assert (performer.points, performer.recordings.count()) == ({}, 0)
    assert not storage().exists(performer.folder)


def test_a_registered_voice_that_becomes_protected_is_sung_with_no_more(
    stage: Stage, ears: Ears, tmp_path: Path
) -> None:
    # given two registered voices, one of them like a voice that is then protected
    mine, others = ready_voice(stage.owner), ready_voice(stage.owner, title="Bo")
    for performer, points in ((mine, [1.0, 0.0]), (others, [0.0, 1.0])):
        performer.points = {"spoken": [{"measure": "spectral", "version": "1", "vector": points}], "sung": []}
        performer.save()
    swap = stage.ask(performer=str(mine.id))
    protect_job = tmp_path / "star"
    protect_job.mkdir()
    protected_add(
        operator=stage.world.operator, title="Star", note="", recording=io.BytesIO(b"r"), scratch=protect_job,
        now=timezone.now(),
    )  # fmt: skip
    for _ in range(2):
        work()
    # then nobody can target it, and the other one as before
    assert choice_for(stage.owner, str(mine.id)) is None
    assert choice_for(stage.owner, str(others.id)) is not None
    mine.refresh_from_db()
    assert (mine.state, mine.points) == ("refused", {})
    swap.refresh_from_db()
    assert swap.state in {"done", "failed"}
    assert api_client(stage.owner).post(
        "/api/v1/swaps", {"version": str(stage.version.id), "kind": "swap", "performer": str(mine.id)}, format="json",
        headers={"Idempotency-Key": "again"},
    ).status_code == 422  # fmt: skip


def test_a_recording_that_cannot_stand_for_a_voice_says_why(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    ears.error = NotTaken(Fault.SEVERAL_VOICES, "There is more than one voice in this recording.")
    voice = protect(stage, tmp_path)
    assert (voice.state, voice.refusal) == ("refused", "There is more than one voice in this recording.")
    track = upload(stage)
    assert publish(track) == ""


def test_a_voice_off_the_list_protects_no_more(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    voice = protect(stage, tmp_path)
    track = upload(stage)
    work()
    with pytest.raises(PermissionDenied):
        protected_remove(voice=voice, operator=stage.owner, now=timezone.now())
    assert publish(track) == FLAGGED
    protected_remove(voice=voice, operator=stage.world.operator, now=timezone.now())
    assert publish(track) == ""
    voice.refresh_from_db()
    assert (voice.points, voice.removed_by) == ([], stage.world.operator)
    assert not storage().exists(voice.folder)


def test_operators_add_and_decide_in_the_admin(stage: Stage, ears: Ears) -> None:
    operator = make_user(staff=True)
    client = Client()
    client.force_login(operator)
    # when an operator adds a voice with a recording
    form = {"title": "Star", "note": "", "recording": SimpleUploadedFile("a.wav", b"a recording")}
    assert client.post("/admin/voices/protectedvoice/add/", form).status_code == 302
    work()
    voice = ProtectedVoice.objects.get()
    assert (voice.state, voice.added_by) == ("ready", operator)
    # and refuses a song that is like it
    track = upload(stage)
    work()
    act = {"action": "refuse", "_selected_action": str(track.current_version_id), "reason": "Hers."}
    page = client.post("/admin/voices/likeness/", act, follow=True)
    assert page.status_code == 200
    assert track.title in page.content.decode()
    assert Likeness.objects.get().reason == "Hers."
    assert client.get(f"/admin/voices/protectedvoice/{voice.pk}/change/").status_code == 200
    # then nobody else gets in
    other = Client()
    other.force_login(stage.owner)
    assert other.get("/admin/voices/likeness/").status_code == 302


def test_publishing_and_flagging_at_once_never_leave_it_public(stage: Stage, ears: Ears, tmp_path: Path) -> None:
    # given a public song that is listened to again, while its owner shares it once more
    track = upload(stage)
    publish(track)
    protect(stage, tmp_path)
    likeness_sweep(now=timezone.now())
    ears.meanwhile = lambda: publish(track)
    work()
    track.refresh_from_db()
    assert track.visibility == "private"
