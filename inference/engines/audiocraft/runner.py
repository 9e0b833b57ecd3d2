"""Makes songs with audiocraft's MusicGen and speaks the language of the command engine.

Runs in audiocraft's own environment, so it imports nothing of this project.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import IO, Any

RATE = 32000
LICENCE = {
    "name": "MusicGen weights, CC-BY-NC-4.0",
    "url": "https://creativecommons.org/licenses/by-nc/4.0/",
    "commercial": False,
}
MEMORY_MB = {"small": 6000, "medium": 12000, "melody": 12000, "large": 20000, "debug": 1000}
PROMPT_SECONDS = 12.0
"""How much of a version the model hears before it goes on."""
_READ_BYTES = 1 << 20


class Unwanted(Exception):
    """The song was cancelled."""


class Refused(Exception):
    """The song cannot be made; the message is for the person who asked."""


def main() -> None:
    """Answer until the input closes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="facebook/musicgen-small", help="a MusicGen model of the Hugging Face hub")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    options = parser.parse_args()
    output = take_standard_output()
    Runner(options.model, options.device, output).serve(sys.stdin.buffer)


def take_standard_output() -> IO[bytes]:
    """The real standard output, for messages alone; whatever else prints goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


class Runner:
    """Holds the model between songs."""

    def __init__(self, model: str, device: str, output: IO[bytes]) -> None:
        self._name = model
        self._device = device
        self._output = output
        self._sending = threading.Lock()
        self._model: Any = None
        self._weights = ""
        self._songs: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[str] = set()

    def serve(self, source: IO[bytes]) -> None:
        """Make songs in this thread; commands are read in another, so that a cancellation is heard meanwhile."""
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()
        while True:
            asked = self._songs.get()
            self._say(*self._answer(asked))
            self._cancelled.discard(asked["song"])

    def _listen(self, source: IO[bytes]) -> None:
        for line in source:
            ((name, body),) = json.loads(line).items()
            if name == "describe":
                self._say("description", describe(self._name, self._device))
            elif name == "run":
                self._songs.put(body)
            elif name == "cancel":
                self._cancelled.add(body["song"])
        os._exit(0)

    def _say(self, name: str, body: dict[str, Any]) -> None:
        with self._sending:
            self._output.write(json.dumps({name: body}).encode() + b"\n")
            self._output.flush()

    def _answer(self, asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        song = asked["song"]
        try:
            self._load(song)
            return "result", {"song": song, **self._make(asked)}
        except Unwanted:
            return "cancelled", {"song": song}
        except Refused as error:
            return "error", {"song": song, "message": str(error), "retryable": False}
        except Exception as error:
            traceback.print_exc()
            short = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
            message = "There was not enough memory to make this song." if short else "The model failed unexpectedly."
            if self._model is None and not short:
                message = f"The weights of {self._name} could not be loaded."
            return "error", {"song": song, "message": message, "retryable": True}

    def _progress(self, song: str, stage: str, fraction: float) -> None:
        if song in self._cancelled:
            raise Unwanted
        self._say("progress", {"song": song, "stage": stage, "fraction": min(1.0, max(0.0, fraction))})

    def _load(self, song: str) -> None:
        if self._model is None:
            self._progress(song, "loading", 0.0)
            from audiocraft.models import MusicGen

            self._model = MusicGen.get_pretrained(self._name, device=self._device)
            self._weights = weights(self._name)

    def _make(self, asked: dict[str, Any]) -> dict[str, Any]:
        import soundfile
        import torch

        song, model, seconds = asked["song"], self._model, asked["seconds"]
        rate = model.sample_rate
        parent = read(asked["parent"]["audio"], rate) if asked["operation"] == "extend" else None
        prompt = None if parent is None else parent[:, -round(PROMPT_SECONDS * rate) :]
        new = seconds if parent is None else seconds - parent.shape[1] / rate
        if new < 1:
            raise Refused("An extension must be longer than what it continues.")
        duration = new if prompt is None else new + prompt.shape[1] / rate
        model.set_generation_params(duration=duration)
        self._follow(song, model, new)
        torch.manual_seed(asked["seed"] % 2**32)
        if prompt is None:
            made = model.generate([asked["caption"]], progress=True)
        else:
            made = model.generate_continuation(prompt, rate, [asked["caption"]], progress=True)
        whole = made[0].detach().float().cpu()
        if parent is not None and prompt is not None:
            before = parent[:, : parent.shape[1] - prompt.shape[1]]
            whole = torch.cat([before, whole.expand(before.shape[0], -1)], dim=1)
        soundfile.write(Path(asked["folder"]) / "song.wav", whole.T.numpy(), rate, subtype="FLOAT")
        facts = {"model": self._name, "device": self._device, "torch": torch.__version__, **model.generation_params}
        return {"audio": "song.wav", "weights": self._weights, "parameters": facts}

    def _follow(self, song: str, model: Any, seconds: float) -> None:
        """Report every token, of which there are `frame_rate` a second; that is also where a song is cancelled."""
        total = max(1.0, seconds * model.frame_rate)
        reached = 0.0

        def callback(done: int, _: int) -> None:
            nonlocal reached
            reached = max(reached, min(1.0, done / total))
            self._progress(song, "generating", reached)

        model.set_custom_progress_callback(callback)


def describe(model: str, device: str) -> dict[str, Any]:
    """What this program can do with a model; loads nothing."""
    size = next((size for size in MEMORY_MB if size in model), "large")
    return {
        "title": f"MusicGen (audiocraft, {size})",
        "version": f"audiocraft 1.3.0, {model}",
        "capabilities": {
            "operations": ["generate", "variation", "extend"],
            "sung": False,
            "instrumental": True,
            "languages": [],
            "controls": ["seed"],
            "minimum_seconds": 5,
            "maximum_seconds": 120,
            "sample_rate": RATE,
            "device": "gpu" if device == "cuda" else "cpu",
            "memory_mb": MEMORY_MB[size],
            "licence": LICENCE,
            "credits_per_minute": 20,
        },
    }


def read(path: str, sample_rate: int) -> Any:
    """A WAV file as a tensor of shape (channels, frames)."""
    import soundfile
    import torch

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != sample_rate:
        raise ValueError(f"{path} has {rate} Hz instead of {sample_rate}")
    return torch.from_numpy(samples.T.copy())


def weights(model: str) -> str:
    """The model's name and a hash of its files, as they lie in the cache that they were loaded from."""
    if model == "debug":
        return "debug, random"
    from huggingface_hub import hf_hub_download

    digest = hashlib.sha256()
    for name in ("state_dict.bin", "compression_state_dict.bin"):
        folder = os.environ.get("AUDIOCRAFT_CACHE_DIR")
        path = hf_hub_download(repo_id=model, filename=name, cache_dir=folder, local_files_only=True)
        with open(path, "rb") as file:  # noqa: PTH123
            while block := file.read(_READ_BYTES):
                digest.update(block)
    return f"{model} sha256:{digest.hexdigest()}"


if __name__ == "__main__":
    main()
