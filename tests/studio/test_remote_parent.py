"""What an engine starts from is on its machine, wherever the storage keeps it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from apps.jobs.handlers import ClaimedJob, Permanent, Retryable
from apps.library.models import Version
from apps.library.paths import prefix_of
from apps.library.storage import storage
from apps.studio.models import GenerationRequest
from apps.studio.tasks.production import engine_request
from inference import engine, wire
from tests.library.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def parent(s3_url: str, make_world: Callable[[], World]) -> Version:
    asked = engine.Request(prompt="a waltz", seconds=3.0, seed=1)
    return make_world().version(request=wire.request_to_json(asked))


def request_from(parent: Version, scratch: Path) -> engine.Request:
    job = ClaimedJob(
        id=uuid4(),
        owner_id=parent.track.owner_id,
        kind="generate",
        capability="cpu",
        engine="composer",
        group=uuid4(),
        payload={"seed": 5},
        attempt=1,
        worker="test",
        expected_seconds=1.0,
    )
    made = GenerationRequest(
        owner=parent.track.owner, operation="extend", engine="composer", seconds=6.0, prompt="longer", parent=parent
    )
    return engine_request(job, made, scratch)


def test_its_files_come_to_the_scratch_folder(parent: Version, tmp_path: Path) -> None:
    asked = request_from(parent, tmp_path / "attempt")
    assert asked.parent is not None
    folder = asked.parent.folder
    assert folder.is_relative_to(tmp_path / "attempt")
    assert hashlib.sha256((folder / "master.flac").read_bytes()).hexdigest() == parent.master_sha256
    assert sorted(path.name for path in (folder / "stems").iterdir()) == ["drums.flac", "vocals.flac"]
    assert (folder / "score.json").is_file()


def test_one_that_is_gone_or_out_of_reach_is_said(parent: Version, tmp_path: Path, settings: Settings) -> None:
    storage().delete(f"{prefix_of(parent.id)}/master.flac")
    with pytest.raises(Permanent):
        request_from(parent, tmp_path / "one")
    settings.STORAGE_URL = "s3://K:S@127.0.0.1:1/refrain?tls=0"
    with pytest.raises(Retryable):
        request_from(parent, tmp_path / "two")
