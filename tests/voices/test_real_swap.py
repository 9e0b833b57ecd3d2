"""Requests done for real: from the row, through the process that sings, to a version or to why there is none."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.jobs import handlers
from apps.jobs.models import Job
from apps.library.models import Rendition, Version
from apps.library.paths import prefix_of
from apps.library.storage import storage
from apps.voices.models import RegisteredPerformer
from apps.voices.services.performer_revoke import performer_revoke
from apps.voices.tasks.swap import SwapHandler
from apps.wallets.selectors import wallet_of
from inference.audio.encode import write_mp3
from inference.swapping import client
from inference.swapping.model import Swapped, SwapTask
from tests.inference.swapping import songs
from tests.voices.conftest import Stage, ready_voice
from tests.world import make_user

STANDIN = Path(__file__).parents[1] / "inference/voice/command/standin.py"
Told = Callable[[str, float], None]


class Watched:
    """The real pipeline, in the middle of which something happens."""

    def __init__(self) -> None:
        self.at: dict[str, Callable[[], object]] = {}
        """What to do when a stage is reached, once."""

    def __call__(self, task: SwapTask, *, on_progress: Told, should_stop: Callable[[], bool]) -> Swapped:
        def hear(stage: str, fraction: float) -> None:
            on_progress(stage, fraction)
            self.at.pop(stage, lambda: None)()

        return client.run(task, on_progress=hear, should_stop=should_stop)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is kept of a voice that was registered."""
    folder = tmp_path_factory.mktemp("voice") / "learned"
    folder.mkdir()
    songs.other_voice(folder / "print")
    write_mp3(folder / "sample.mp3", songs.other_recording().repeat(2, axis=1), songs.OTHER_RATE)
    return folder


@pytest.fixture
def real(stage: Stage, tmp_path: Path) -> Iterator[Watched]:
    """A song with a singer, and a handler that asks at every opportunity whether it may go on."""
    songs.kept(storage_path(stage.version, "master.flac"), songs.song())
    pipeline, ticks, before = Watched(), count(step=2), handlers.get("swap")
    handlers.register(SwapHandler(pipeline, clock=lambda: float(next(ticks))))
    yield pipeline
    handlers.register(before)


def storage_path(version: Version, name: str) -> Path:
    path = storage().local_path(f"{prefix_of(version.id)}/{name}")
    assert path is not None
    return path


def lent(recorded: Path, scratch: Path) -> RegisteredPerformer:
    """Somebody else's voice, open to everybody."""
    performer = ready_voice(make_user(), visibility="public")
    target = f"{performer.folder}/learned"
    storage().delete_prefix(target)
    storage().put_folder(target, Path(shutil.copytree(recorded, scratch / "learned")))
    return performer


def test_a_lent_voice_sings_a_song_and_then_a_preview(
    stage: Stage, real: Watched, recorded: Path, tmp_path: Path
) -> None:
    performer = lent(recorded, tmp_path)
    before = wallet_of(stage.owner).available

    # when
    swap = stage.made(performer=str(performer.id), method="centre")

    # then there is a version with both stems and everything that listening takes, judged and charged
    assert swap.state == "done"
    assert swap.result is not None
    version = Version.objects.get(id=swap.result.id)
    roles = set(Rendition.objects.filter(version=version).values_list("path", flat=True))
    assert {"master.flac", "track.mp3", "stems/vocals.flac", "stems/instrumental.flac"} <= roles
    assert storage_path(version, "master.flac").read_bytes() != storage_path(stage.version, "master.flac").read_bytes()
    assert version.parameters["consent"] == str(performer.id)
    assert version.seconds == pytest.approx(3.0, abs=0.01)
    assert swap.card is not None
    assert {metric["name"] for metric in swap.card["metrics"]} >= {"f0_rmse"}
    assert before - wallet_of(stage.owner).available == (0 if swap.poor else swap.credits)

    # and a preview of the same song is heard without a charge
    spent = wallet_of(stage.owner).available
    preview = stage.made("preview", str(performer.id), method="centre")
    assert preview.state == "done"
    assert storage().size(preview.sound_name) > 1000
    assert wallet_of(stage.owner).available == spent


def test_a_voice_that_is_taken_back_while_it_sings_falls_silent(
    stage: Stage, real: Watched, recorded: Path, tmp_path: Path
) -> None:
    performer = lent(recorded, tmp_path)
    before = wallet_of(stage.owner).available
    real.at["converting"] = lambda: performer_revoke(performer=performer, now=timezone.now())

    swap = stage.made(performer=str(performer.id), method="centre")

    assert not real.at, "it was taken back in the middle"
    assert (swap.state, swap.result) == ("failed", None)
    job = Job.objects.get(group=swap.id)
    assert (job.status, job.error_kind) == ("failed", "performer-revoked")
    assert Version.objects.count() == 1
    assert [folder.prefix for folder in storage().folders("versions")] == [prefix_of(stage.version.id)]
    assert wallet_of(stage.owner).available == before


def test_a_program_of_the_operators_sings_what_people_ask_for(
    stage: Stage, real: Watched, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command = [
        *(sys.executable, "-I", "-S", str(STANDIN)),
        *("--source", "{source}", "--target", "{reference}", "--output", "{folder}", "--semi-tone-shift", "0", "well"),
    ]
    manifest = tmp_path / "voices.toml"
    manifest.write_text(
        "[voices.stand-in]\n"
        'title = "Stand-in"\nversion = "7"\n'
        f"command = {json.dumps(command)}\n"
        f"environment = {{ STANDIN_SEEN = {json.dumps(str(tmp_path / 'seen.jsonl'))} }}\n"
        'licence = { name = "CC-BY-NC-4.0", url = "https://example.org/licence", commercial = false }\n'
    )
    monkeypatch.setenv("REFRAIN_COMMAND_VOICES", str(manifest))
    settings.VOICE_CONVERTER = "stand-in"

    swap = stage.made("swap", "cedar", method="centre")

    assert swap.state == "done", Job.objects.get(group=swap.id).error
    assert swap.result is not None
    version = Version.objects.get(id=swap.result.id)
    assert (version.engine, version.engine_version, version.commercial) == ("stand-in", "7", False)
    assert "CC-BY-NC-4.0" in version.licence


def test_a_song_in_which_nobody_sings_is_refused_and_costs_nothing(stage: Stage, real: Watched) -> None:
    songs.kept(storage_path(stage.version, "master.flac"), songs.unsung())
    before = wallet_of(stage.owner).available

    swap = stage.made(method="centre")

    job = Job.objects.get(group=swap.id)
    assert (swap.state, job.error_kind) == ("failed", "no-vocals")
    assert wallet_of(stage.owner).available == before
