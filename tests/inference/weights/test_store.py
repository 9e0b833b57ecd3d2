"""Weights are fetched once over a real socket, go on where they broke off, and are never used when they are wrong."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from inference.engine import Cancelled, EngineError, Licence
from inference.weights.hub import Hub, from_environment
from inference.weights.manifest import Model as Published
from inference.weights.store import INDEX, Weights, ensure
from tests.inference.weights.server import COMMIT, Model, serving

TINY = Published(
    "tiny", "Tiny", "house/tiny", 1_000_000, Licence("MIT", "https://opensource.org/license/mit", commercial=True)
)
TENSORS = "transformer/model.safetensors"


@pytest.fixture
def hub(tmp_path: Path) -> Model:
    """A hub with a configuration, 800 kB of tensors, and a pickle."""
    folder = tmp_path / "hub"
    (folder / "transformer").mkdir(parents=True)
    numbers = np.random.default_rng(1).standard_normal((2, 100_000), dtype=np.float32)
    save_file({"weight": numbers}, folder / TENSORS)
    (folder / "config.json").write_text('{"layers": 2}')
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    return Model(folder)


@pytest.fixture
def fetch(hub: Model, tmp_path: Path) -> Iterator[Callable[..., Weights]]:
    """Has the weights from the running hub, or from what the arguments name."""
    with ExitStack() as stack:
        address = stack.enter_context(serving(hub))

        def run(
            progress: Callable[[str, float], None] = lambda stage, fraction: None,
            *,
            model: Published = TINY,
            at: Hub | None = None,
        ) -> Weights:
            return ensure(model, tmp_path / "weights", at or Hub(address), progress, pause=lambda seconds: None)

        yield run


def test_first_use_fetches_everything_but_pickles_with_progress_by_bytes(
    fetch: Callable[..., Weights], hub: Model
) -> None:
    said: list[tuple[str, float]] = []

    weights = fetch(lambda stage, fraction: said.append((stage, fraction)))

    assert sorted(path.relative_to(weights.folder).as_posix() for path in weights.folder.rglob("*.*")) == sorted(
        ["config.json", TENSORS, INDEX, ".lock"]
    )
    assert np.array_equal(load_file(weights.folder / TENSORS)["weight"], load_file(hub.folder / TENSORS)["weight"])
    assert weights.commit == COMMIT
    assert weights.label.startswith(f"house/tiny@{COMMIT[:12]} sha256:")
    fetching = [fraction for stage, fraction in said if stage == "fetching"]
    assert fetching == sorted(fetching)
    assert len({round(fraction, 2) for fraction in fetching}) >= 3
    assert said[-1] == ("loading", 1.0)


def test_the_second_use_asks_the_hub_nothing(fetch: Callable[..., Weights], hub: Model) -> None:
    first = fetch()
    hub.requests.clear()

    assert fetch() == first
    assert hub.requests == []


def test_a_connection_that_breaks_off_is_taken_up_where_it_ended(fetch: Callable[..., Weights], hub: Model) -> None:
    hub.breaks_after = 300_000

    weights = fetch()

    assert (weights.folder / TENSORS).read_bytes() == (hub.folder / TENSORS).read_bytes()
    ranges = [int(asked[6:-1]) for path, asked in hub.requests if path.endswith(TENSORS) and asked]
    assert len(ranges) == 2
    assert ranges == sorted(ranges)
    assert ranges[0] > 0


def test_bytes_that_are_not_what_was_promised_are_refused_and_not_kept(
    fetch: Callable[..., Weights], hub: Model, tmp_path: Path
) -> None:
    hub.spoiled = {TENSORS}

    with pytest.raises(EngineError, match="other content") as raised:
        fetch()

    assert not raised.value.retryable
    assert not list((tmp_path / "weights").rglob("*.safetensors*"))


def test_a_configuration_with_other_bytes_is_refused_too(fetch: Callable[..., Weights], hub: Model) -> None:
    hub.spoiled = {"config.json"}

    with pytest.raises(EngineError, match="other content"):
        fetch()


def test_what_was_tampered_with_is_fetched_again(fetch: Callable[..., Weights], hub: Model) -> None:
    weights = fetch()
    damaged = bytearray((weights.folder / TENSORS).read_bytes())
    damaged[-1] ^= 1
    (weights.folder / TENSORS).write_bytes(damaged)

    again = fetch()

    assert (again.folder / TENSORS).read_bytes() == (hub.folder / TENSORS).read_bytes()
    assert again == weights


def test_what_was_tampered_with_is_not_used_without_a_network(fetch: Callable[..., Weights]) -> None:
    weights = fetch()
    with (weights.folder / TENSORS).open("r+b") as file:
        file.write(b"\0\0")

    with pytest.raises(EngineError, match="HF_HUB_OFFLINE") as raised:
        fetch(at=Hub("http://127.0.0.1:1", offline=True))

    assert not raised.value.retryable


def test_cancelling_takes_effect_between_two_chunks_and_what_arrived_is_kept(
    fetch: Callable[..., Weights], hub: Model, tmp_path: Path
) -> None:
    hub.step = threading.Event()

    def stop(stage: str, fraction: float) -> None:
        if fraction > 0.2:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(stop)

    hub.step.set()
    part = tmp_path / "weights" / "house--tiny" / f"{TENSORS}.part"
    had = part.stat().st_size
    assert 0 < had < (hub.folder / TENSORS).stat().st_size
    hub.requests.clear()
    fetch()
    assert (f"/house/tiny/resolve/{COMMIT}/{TENSORS}", f"bytes={had}-") in hub.requests


def test_no_connection_says_how_much_is_missing_and_where_it_can_be_put(
    fetch: Callable[..., Weights], tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=r"Tiny .*GB.* could not be fetched: the connection failed") as raised:
        fetch(at=Hub("http://127.0.0.1:1"))

    assert raised.value.retryable
    assert str(tmp_path / "weights" / "house--tiny") in str(raised.value)


@pytest.mark.parametrize(("status", "says"), [(401, "licence"), (404, "404"), (500, "answered 500")])
def test_a_hub_that_refuses_is_quoted(fetch: Callable[..., Weights], hub: Model, status: int, says: str) -> None:
    hub.refuses = status

    with pytest.raises(EngineError, match=says) as raised:
        fetch()

    assert raised.value.retryable == (status == 500)


def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(
    fetch: Callable[..., Weights], hub: Model, tmp_path: Path
) -> None:
    storage = Model(hub.folder)
    with serving(storage) as elsewhere, serving(replace(hub, storage=elsewhere)) as address:
        fetch(at=Hub(address, token="hf_secret"))

    assert storage.authorizations
    assert set(storage.authorizations) == {""}
    assert "Bearer hf_secret" in hub.authorizations


def test_names_that_lead_out_of_the_folder_are_not_fetched(
    fetch: Callable[..., Weights], hub: Model, tmp_path: Path
) -> None:
    hub.listed_besides = [
        {"type": "file", "path": path, "size": 3, "oid": "a" * 40}
        for path in ("../evil.json", "/tmp/evil.json", "a/../../evil.json", ".hidden.json", "a\\evil.json")
    ]

    fetch()

    assert not [path for path, _ in hub.requests if "evil" in path or "hidden" in path]


def test_a_hash_known_beforehand_counts_more_than_the_hubs(fetch: Callable[..., Weights]) -> None:
    known = replace(TINY, sha256={TENSORS: hashlib.sha256(b"the right ones").hexdigest()})

    with pytest.raises(EngineError, match="other content"):
        fetch(model=known)


def test_files_put_there_by_hand_are_used_as_they_are(
    fetch: Callable[..., Weights], hub: Model, tmp_path: Path
) -> None:
    folder = tmp_path / "weights" / "house--tiny"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes((hub.folder / TENSORS).read_bytes())

    weights = fetch(at=Hub("http://127.0.0.1:1", offline=True))

    assert weights.label.startswith("house/tiny@local sha256:")


def test_a_half_copied_file_is_said_to_be_cut_short(fetch: Callable[..., Weights], hub: Model, tmp_path: Path) -> None:
    folder = tmp_path / "weights" / "house--tiny"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes((hub.folder / TENSORS).read_bytes()[:-7])

    with pytest.raises(EngineError, match=r"model\.safetensors is cut short"):
        fetch()


def test_hand_placed_files_that_change_later_are_refused(
    fetch: Callable[..., Weights], hub: Model, tmp_path: Path
) -> None:
    folder = tmp_path / "weights" / "house--tiny"
    folder.mkdir(parents=True)
    content = bytearray((hub.folder / TENSORS).read_bytes())
    (folder / "model.safetensors").write_bytes(content)
    fetch()
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)

    with pytest.raises(EngineError, match="has changed"):
        fetch()


def test_a_damaged_index_is_no_reason_to_trust_anything(fetch: Callable[..., Weights]) -> None:
    weights = fetch()
    (weights.folder / INDEX).write_text(json.dumps({"commit": 3}))

    with pytest.raises(EngineError, match="Delete it"):
        fetch()


def test_a_hub_that_offers_far_too_much_is_not_believed(fetch: Callable[..., Weights], hub: Model) -> None:
    hub.listed_besides = [{"type": "file", "path": "big.json", "size": 10**15, "oid": "a" * 40}]

    with pytest.raises(EngineError, match="cannot be right"):
        fetch()


def test_the_environment_names_the_hub_as_its_own_library_does() -> None:
    named = {"HF_ENDPOINT": "https://mirror.example", "HF_TOKEN": "t", "HF_HUB_OFFLINE": "1"}

    assert from_environment(named) == Hub("https://mirror.example", "t", offline=True)
    assert from_environment({}) == Hub("https://huggingface.co")
