"""The neural method on a tiny network of the real class, with random weights in the published form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.separation import demucs
from inference.separation.model import RATE, Method, Unavailable
from inference.separation.separating import separate
from inference.weights.hub import HubError
from tests.inference.separation.sounds import kept, quiet, results, voice

_SIZE: dict[str, Any] = {
    "sources": ["drums", "bass", "other", "vocals"],
    "channels": 4,
    "growth": 1,
    "t_layers": 1,
    "t_heads": 1,
    "t_hidden_scale": 1.0,
    "bottom_channels": 4,
    "dconv_depth": 1,
    "dconv_comp": 2,
    "segment": 1,
    "samplerate": RATE,
}


def _tiny(folder: Path, klass: str = "demucs.htdemucs.HTDemucs") -> Path:
    import torch
    from demucs.htdemucs import HTDemucs
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    network = HTDemucs(**_SIZE)
    described = {"klass": klass, "args": json.dumps([]), "kwargs": json.dumps(_SIZE)}
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, folder / "tiny.safetensors", metadata=described)
    return folder


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "weights"
    monkeypatch.setenv("REFRAIN_NEURAL_DEVICE", "cpu")
    monkeypatch.setenv("REFRAIN_NEURAL_WEIGHTS", str(root))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return root / "adefossez--HTDemucs"


def test_given_weights_when_a_song_is_taken_apart_then_the_network_does_it_and_is_named(
    tmp_path: Path, weights: Path
) -> None:
    _tiny(weights)
    song = voice(2.0)
    done = separate(kept(tmp_path / "song.wav", song), tmp_path, report=quiet, free_bytes=lambda: 2**40)
    found, rest = results(tmp_path)
    assert done.method is Method.DEMUCS
    assert "HTDemucs" in done.weights
    assert found.any()
    assert np.abs(found + rest - song).max() < 1e-4


def test_given_two_songs_when_taken_apart_then_the_network_is_loaded_once(weights: Path) -> None:
    _tiny(weights)
    assert demucs.load(lambda _: None) is demucs.load(lambda _: None)


def test_given_no_weights_when_asked_for_then_a_simpler_method_is_used_and_the_reason_said(
    tmp_path: Path, weights: Path
) -> None:
    song = kept(tmp_path / "song.wav", voice(1.0))
    done = separate(song, tmp_path, method=Method.DEMUCS, report=quiet, free_bytes=lambda: 2**40)
    assert done.method is Method.BLEND
    assert "could not be used" in done.reason
    assert HubError.__name__ not in done.reason


def test_given_weights_that_are_cut_short_when_asked_for_then_a_simpler_method_is_used(
    tmp_path: Path, weights: Path
) -> None:
    whole = _tiny(weights) / "tiny.safetensors"
    whole.write_bytes(whole.read_bytes()[:-100])
    song = kept(tmp_path / "song.wav", voice(1.0))
    done = separate(song, tmp_path, method=Method.DEMUCS, report=quiet, free_bytes=lambda: 2**40)
    assert done.method is Method.BLEND
    assert "cut short" in done.reason


def test_given_weights_that_name_another_class_then_nothing_of_that_name_is_made(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not of HTDemucs"):
        demucs.read(_tiny(tmp_path, klass="os.system"), "cpu", "")
