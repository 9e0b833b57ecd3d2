"""A "normalise" job run for real: what was sent becomes a track, or a reason."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.utils import timezone
from mutagen import id3
from PIL import Image

from apps.accounts.models import Plan, User
from apps.accounts.stored import used_bytes
from apps.common.ids import new_id
from apps.jobs import handlers
from apps.jobs.control import Control, StopReason
from apps.jobs.execution import execute
from apps.jobs.handlers import ClaimedJob, Retryable
from apps.jobs.models import Job
from apps.jobs.services.job_claim import job_claim
from apps.jobs.services.job_finish import job_succeed
from apps.jobs.services.job_retry import job_retry
from apps.library.models import Rendition, Track, Version
from apps.library.paths import prefix_of
from apps.library.services.track_trash import track_purge, track_trash
from apps.library.services.version_create import version_files_store
from apps.library.storage import StorageAway, storage
from apps.uploads.models import Upload
from apps.uploads.selectors import same_file, upload_for
from apps.uploads.services.upload_abort import upload_abort
from apps.uploads.services.upload_finish import upload_finish
from apps.uploads.services.upload_succeed import Found, Made
from apps.uploads.tasks.normalise import NormaliseHandler
from inference.audio.encode import write_flac, write_mp3
from inference.decoding.model import Limits
from inference.wire import request_from_json
from tests.library.conftest import FACTS
from tests.uploads.conftest import RATE, left_over, sent, tone, wav
from tests.world import api_client, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def accepted(owner: User, content: bytes, filename: str = "song.wav") -> Upload:
    return upload_finish(upload=sent(owner, content, filename), now=timezone.now())


def claim() -> ClaimedJob:
    (job,) = job_claim(capability="cpu", worker="test")
    return job


def work(owner: User, content: bytes, filename: str = "song.wav") -> Upload:
    """The upload after its job."""
    upload = accepted(owner, content, filename)
    execute(claim(), Control())
    upload.refresh_from_db()
    return upload


def encoded(folder: Path, kind: str, seconds: float = 1.5) -> bytes:
    path = folder / f"made.{kind}"
    samples = tone(seconds).astype(np.float32) / np.float32(32768)
    (write_flac if kind == "flac" else write_mp3)(path, samples, RATE)
    return path.read_bytes()


def tagged(folder: Path, cover: bytes, **texts: str) -> bytes:
    """An MP3 that says something about itself."""
    encoded(folder, "mp3")
    frames = id3.ID3()
    for name, text in texts.items():
        frames.add(getattr(id3, name)(encoding=3, text=text))
    frames.add(id3.APIC(mime="image/jpeg", type=3, desc="", data=cover))
    frames.save(folder / "made.mp3")
    return (folder / "made.mp3").read_bytes()


def picture(colour: str) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (900, 700), colour).save(kept, "JPEG")
    return kept.getvalue()


def stored_folders() -> list[str]:
    return [folder.prefix for folder in storage().folders("versions")] if storage().exists("versions") else []


def test_a_wav_becomes_a_track_with_its_original_byte_for_byte(sender: User, folders: Path) -> None:
    content = wav(1.5)

    # when
    upload = work(sender, content, "03 - Snow_at night.wav")

    # then it is a private track of the sender's
    assert (upload.state, upload.refusal_type) == ("ready", "")
    assert upload.version_id is not None
    version = Version.objects.select_related("track").get(id=upload.version_id)
    track = version.track
    assert (track, track.owner, track.title, track.visibility) == (upload.track, sender, "Snow at night", "private")
    assert (version.operation, version.sample_rate, version.channels) == ("upload", 44_100, 2)
    assert version.seconds == pytest.approx(1.5, abs=0.05)
    assert version.loudness_lufs is not None
    assert version.parameters["container"] == "wav"
    assert Job.objects.get().result == {"version": str(version.id), "track": str(track.id)}

    # with everything that a generated one has, and what was sent
    roles = set(Rendition.objects.filter(version=version).values_list("role", flat=True))
    assert roles == {"master", "mp3", "hls", "peaks", "cover", "original"}
    with storage().open(f"{prefix_of(version.id)}/original.wav") as original:
        assert original.read() == content
    assert upload.sha256 == hashlib.sha256(content).hexdigest()

    # which only its owner gets, whoever may listen
    Track.objects.update(visibility="public", published_at=timezone.now())
    address = f"/api/v1/versions/{version.id}/download?format=original"
    mine = api_client(sender).get(address)
    assert b"".join(mine) == content
    assert "attachment" in mine["Content-Disposition"]
    assert api_client(make_user()).get(address).status_code == 404

    # and an engine can start from it
    assert request_from_json(version.request).seconds == version.seconds

    # and nothing else is left, and what it takes up counts
    assert left_over(folders) == []
    assert used_bytes(sender) == sum(Rendition.objects.values_list("bytes", flat=True))


def test_tags_and_cover_come_from_the_file(sender: User, folders: Path) -> None:
    content = tagged(folders, picture("red"), TIT2="Frost", TPE1="Ada Winter", TCON="Waltz")
    upload = work(sender, content, "whatever.wav")
    assert upload.track is not None
    assert (upload.track.title, upload.track.genre) == ("Frost", "waltz")
    assert upload.tags["artist"] == "Ada Winter"
    with storage().open(f"{prefix_of(upload.version_id)}/cover.jpg") as cover:  # type: ignore[arg-type]
        shown = Image.open(cover)
        assert shown.size == (640, 640)
        red, green, _ = shown.convert("RGB").getpixel((320, 320))  # type: ignore[misc]
    assert red > 200
    assert green < 60


def known(owner: User, content: bytes, audio_sha256: str = "", title: str = "Snow") -> Upload:
    """An upload that became a track, without the work of making it one."""
    upload = accepted(owner, content)
    job_succeed(job=claim(), outcome=Found(hashlib.sha256(content).hexdigest(), audio_sha256, made=made(title)))
    upload.refresh_from_db()
    return upload


def made(title: str = "Snow") -> Made:
    """A version whose files are stored."""
    version_id, folder = new_id(), Path(settings.SCRATCH) / "made"
    folder.mkdir(parents=True)
    write_flac(folder / "master.flac", tone(0.2).astype(np.float32) / np.float32(32768), RATE)
    return Made(version_id, title, FACTS, version_files_store(version_id=version_id, folder=folder, new=FACTS))


def test_the_same_file_again_is_the_track_that_is_there(sender: User, folders: Path) -> None:
    first = known(sender, wav(0.5))
    second = work(sender, wav(0.5), "Other.wav")

    assert (second.state, second.duplicate_of, second.track) == ("ready", first.track, None)
    assert Track.objects.count() == 1
    told = api_client(sender).get(f"/api/v1/uploads/{second.id}").json()
    assert (told["duplicate_of"], told["outcome"]) == (str(first.track_id), "You already have this as “Snow”.")
    assert left_over(folders) == []
    # and somebody else's is their own
    assert same_file(make_user(), first.sha256) is None


def test_the_same_recording_in_another_wrapper_is_known_by_its_sound(sender: User, folders: Path) -> None:
    first = work(sender, wav(1.0))
    second = work(sender, encoded(folders, "flac", 1.0), "same.flac")
    assert second.duplicate_of == first.track
    assert second.sha256 != first.sha256
    assert len(stored_folders()) == 1


def test_of_two_at_once_one_becomes_the_track(sender: User, folders: Path) -> None:
    # given two workers that each have made the same song before either has stored it
    plan = Plan.objects.get(slug="free")
    plan.parallel = 2
    plan.save()
    sender.refresh_from_db()
    for _ in range(2):
        accepted(sender, wav(0.5))
    outcomes = [(claim(), Found("a" * 64, "b" * 64, made=made())) for _ in range(2)]

    # when both store it
    for job, outcome in outcomes:
        job_succeed(job=job, outcome=outcome)

    # then there is one track, and nothing of the other
    track = Track.objects.get()
    assert [each.duplicate_of for each in Upload.objects.order_by("id")] == [None, track]
    assert stored_folders() == [prefix_of(Version.objects.get().id)]
    assert left_over(folders) == []


def test_what_lies_in_the_trash_or_is_gone_is_no_duplicate(sender: User) -> None:
    first = known(sender, wav(0.5))
    assert first.track is not None
    assert same_file(sender, first.sha256) == first.track
    track_trash(track=first.track, now=timezone.now())
    assert same_file(sender, first.sha256) is None
    assert used_bytes(sender) > 0
    track_purge(track=first.track, now=timezone.now())
    assert used_bytes(sender) == 0
    assert upload_for(sender, first.id) is not None


def test_a_file_whose_twin_was_deleted_meanwhile_is_normalised_after_all(sender: User) -> None:
    first = known(sender, wav(0.5))
    assert first.track is not None
    upload = accepted(sender, wav(0.5))
    job, handler = claim(), NormaliseHandler()
    outcome = handler.run(job, Control())
    track_purge(track=first.track, now=timezone.now())
    with pytest.raises(Retryable):
        job_succeed(job=job, outcome=outcome)
    upload.refresh_from_db()
    assert upload.state == "accepted"


def test_a_file_that_lied_about_its_length_is_refused_by_the_worker(sender: User, folders: Path) -> None:
    # given a FLAC that does not say how long it is, and a worker that takes two seconds
    content = bytearray(encoded(folders, "flac", 4.0))
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    upload = accepted(sender, bytes(content), "short.flac")
    handlers.register(NormaliseHandler(Limits(seconds=2.0)))
    try:
        execute(claim(), Control())
    finally:
        handlers.register(NormaliseHandler())

    upload.refresh_from_db()
    assert (upload.state, upload.refusal_type) == ("refused", "too-long")
    assert (Job.objects.get().status, Job.objects.get().error_kind) == ("failed", "too-long")
    assert used_bytes(sender) == 0
    assert left_over(folders) == []
    assert stored_folders() == []


def test_a_file_that_is_music_only_at_its_beginning_is_refused_by_the_worker(sender: User, folders: Path) -> None:
    content = encoded(folders, "flac")
    upload = work(sender, content[:60] + bytes(range(256)) * 400, "a.flac")
    assert upload.state == "refused"
    assert upload.refusal_detail.endswith(".")
    assert Job.objects.get().attempt == 1
    assert left_over(folders) == []


def test_a_cancelled_job_leaves_nothing(sender: User, folders: Path) -> None:
    class Impatient(Control):
        def progress(self, stage: str, fraction: float, deadline_seconds: float = 60.0) -> None:
            super().progress(stage, fraction, deadline_seconds)
            if stage != "fetching":
                Job.objects.filter(id=job.id).update(cancel_requested_at=timezone.now())
                self.stop(StopReason.CANCELLED)

    upload = accepted(sender, wav(4.0))
    job = claim()
    execute(job, Impatient())
    upload.refresh_from_db()
    assert (upload.state, Job.objects.get().status) == ("aborted", "cancelled")
    assert left_over(folders) == []
    assert stored_folders() == []


class _Away:
    """Storage calls that fail as long as they are told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.away = True
        kept = getattr(type(storage()), name)

        def call(files: object, *arguments: object, **more: object) -> object:
            if self.away:
                raise StorageAway("gone")
            return kept(files, *arguments, **more)

        monkeypatch.setattr(type(storage()), name, call)


@pytest.mark.parametrize("call", ["fetch", "put_folder"])
def test_storage_that_goes_away_is_tried_again(
    sender: User, folders: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    upload = accepted(sender, wav(1.0))
    _Away(monkeypatch, call)
    execute(claim(), Control())
    job = Job.objects.get()
    assert (job.status, job.error) == ("queued", "The storage did not answer.")
    assert left_over(folders) == [f"media/{upload.stored_name}"]
    assert stored_folders() == []


def _due() -> None:
    """Let a retry fall due at once."""
    Job.objects.update(due_at=None)


def test_what_failed_by_our_fault_is_kept_for_a_day_and_can_be_tried_again(
    sender: User, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = accepted(sender, wav(1.0))
    fetching = _Away(monkeypatch, "fetch")
    for _ in range(3):
        execute(claim(), Control())
        _due() if Job.objects.get().status == "queued" else None
    upload.refresh_from_db()
    assert (upload.state, upload.refusal_detail) == ("failed", "The storage did not answer.")
    assert used_bytes(sender) == upload.bytes

    fetching.away = False
    again = job_retry(job=Job.objects.get(), now=timezone.now())
    execute(claim(), Control())

    upload.refresh_from_db()
    assert (upload.state, upload.job, upload.refusal_detail) == ("ready", again, "")
    assert left_over(folders) == []


def test_an_upload_stopped_before_its_turn_is_not_worked_on(sender: User, folders: Path) -> None:
    upload = accepted(sender, wav(1.0))
    upload_abort(upload=upload, now=timezone.now())
    assert job_claim(capability="cpu", worker="test") == []
    assert left_over(folders) == []
