"""Nothing of an upload stays that nobody goes on with."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.services.account_erase import account_erase
from apps.accounts.stored import used_bytes
from apps.library.storage import StorageAway, storage
from apps.uploads.models import Upload
from apps.uploads.services.upload_abort import upload_abort
from apps.uploads.services.upload_finish import upload_finish
from apps.uploads.services.upload_start import KEPT
from apps.uploads.services.uploads_sweep import GRACE, uploads_sweep
from tests.uploads.conftest import left_over, sent, wav

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_abandoned_upload_expires_and_gives_its_room_back(sender: User, folders: Path) -> None:
    upload = sent(sender, wav(1.0))
    assert uploads_sweep(now=timezone.now()).expired == 0

    later = timezone.now() + KEPT
    assert uploads_sweep(now=later).expired == 1

    upload.refresh_from_db()
    assert (upload.state, upload.refusal_type) == ("aborted", "upload-expired")
    assert used_bytes(sender) == 0
    assert left_over(folders) == []


def test_an_accepted_upload_waits_as_long_as_its_job_does(sender: User, folders: Path) -> None:
    upload = upload_finish(upload=sent(sender, wav(1.0)), now=timezone.now())
    uploads_sweep(now=timezone.now() + 30 * KEPT)
    assert Upload.objects.get().state == "accepted"
    assert storage().exists(upload.stored_name)


def test_a_file_that_was_joined_and_never_accepted_goes(sender: User, folders: Path) -> None:
    # given a process that died between joining the parts and saying so, and a sender who never came back
    upload = sent(sender, wav(1.0))
    incoming = storage().incoming
    assert upload.handle is not None
    incoming.complete(upload.stored_name, upload.handle, incoming.received(upload.stored_name, upload.handle))
    uploads_sweep(now=timezone.now() + KEPT)
    assert left_over(folders) == []


def test_finishing_goes_on_where_a_dead_process_stopped(sender: User) -> None:
    upload = sent(sender, wav(1.0))
    incoming = storage().incoming
    assert upload.handle is not None
    incoming.complete(upload.stored_name, upload.handle, incoming.received(upload.stored_name, upload.handle))
    assert upload_finish(upload=upload, now=timezone.now()).state == "accepted"


def test_files_that_could_not_be_removed_at_the_time_go_later(
    sender: User, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageAway

    upload = upload_finish(upload=sent(sender, wav(1.0)), now=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(type(storage()), "delete_prefix", away)
        upload_abort(upload=upload, now=timezone.now())
    folder = folders / "media" / upload.folder
    assert folder.exists()

    assert uploads_sweep(now=timezone.now()).orphans == 0
    os.utime(folder, (0, 0))
    swept = uploads_sweep(now=timezone.now() + GRACE + timedelta(minutes=1))

    assert swept.orphans == 1
    assert left_over(folders) == []


def test_what_was_refused_and_forgotten_leaves_no_row(sender: User) -> None:
    upload = sent(sender, wav(1.0))
    upload_abort(upload=upload, now=timezone.now())
    assert uploads_sweep(now=timezone.now()).forgotten == 0
    uploads_sweep(now=timezone.now() + KEPT + timedelta(minutes=1))
    assert not Upload.objects.exists()


def test_who_leaves_takes_everything_sent_along(sender: User, folders: Path) -> None:
    sent(sender, wav(1.0))
    upload_finish(upload=sent(sender, wav(1.5)), now=timezone.now())
    account_erase(user=sender)
    assert not Upload.objects.exists()
    assert left_over(folders) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"bytes": 0},
        {"bytes": 50 * 1024**2 + 1},
        {"state": "lost"},
        {"state": "ready"},
        {"state": "refused", "finished_at": timezone.now()},
        {"expires_at": None},
        {"sha256": "nothing"},
        {"refusal_detail": "why"},
    ],
)
def test_the_database_refuses_rows_that_cannot_be(sender: User, broken: dict[str, object]) -> None:
    sent(sender, wav(0.1))
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        Upload.objects.update(**broken)
