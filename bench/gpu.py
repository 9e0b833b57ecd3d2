"""Songs per GPU-hour of the neural engines at full size with random weights, batched beside one at a time.

Speed does not depend on the weights' values. It also runs alone, as `python -m bench.gpu`, where there is nothing but
torch, diffusers and transformers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench.figures import Figure
from bench.harness import tiny

SONG_SECONDS = 60.0
LEAST_GAIN = 1.2
"""Songs an hour in batches over songs an hour one at a time."""

_ACESTEP_XL: dict[str, Any] = {
    "width": 2560,
    "feed_forward": 9728,
    "layers": 32,
    "heads": 32,
    "groups": 8,
    "head": 128,
    "encoder_width": 2048,
    "encoder_feed_forward": 6144,
    "lyric_layers": 8,
    "timbre_layers": 4,
    "pooler_layers": 2,
    "acoustic": 64,
    "fsq": 2048,
    "text_width": 1024,
    "text_layers": 28,
    "window": 128,
    "vae_width": 128,
    "vae_ratios": [2, 4, 4, 6, 10],
    "vae_multiples": [1, 2, 4, 8, 16],
}
"""ACE-Step 1.5 XL, as its published configuration has it."""
_MUSICGEN_MEDIUM: dict[str, Any] = {
    "width": 1536,
    "feed_forward": 6144,
    "layers": 48,
    "heads": 24,
    "text_width": 768,
    "text_feed_forward": 3072,
    "text_layers": 12,
    "text_heads": 12,
    "codec_filters": 64,
    "codec_width": 128,
    "codec_bins": 2048,
    "codec_lstm": 2,
}
"""MusicGen medium, likewise."""

Pass = Callable[[int], None]
"""Makes that many songs at once."""


def run(quick: bool) -> Iterator[Figure]:  # noqa: FBT001
    """Both models, each alone and in batches; where there is no GPU, one line that says so and no figure."""
    try:
        import torch
    except ModuleNotFoundError:
        print("No GPU figures: pip install -r requirements/neural.txt", file=sys.stderr)
        return
    if not torch.cuda.is_available():
        print("No GPU figures: torch sees no graphics card here.", file=sys.stderr)
        return
    print(f"On one {torch.cuda.get_device_name()}, songs of {SONG_SECONDS:g} s.", file=sys.stderr)
    sizes = (1, 8) if quick else (1, 2, 4, 8, 16)
    for name, build in (("acestep xl turbo", _acestep), ("musicgen stereo medium", _musicgen)):
        yield from _figures(name, build(), sizes)
        torch.cuda.empty_cache()


def _figures(name: str, make: Pass, sizes: Sequence[int]) -> Iterator[Figure]:
    import torch

    make(1)
    alone = best = 0.0
    for size in sizes:
        torch.cuda.reset_peak_memory_stats()
        try:
            rate = _songs_an_hour(make, size)
        except torch.OutOfMemoryError:
            torch.cuda.empty_cache()
            break
        alone, best = alone or rate, max(best, rate)
        memory = torch.cuda.max_memory_allocated() / 2**30
        yield Figure(
            f"{name}: {size} at once ({memory:.1f} GiB)",
            round(rate, 1),
            "songs/h",
            baseline=round(alone, 1),
            ratio=round(rate / alone, 3),
        )
    gain = best / alone if alone else 0.0
    yield Figure(f"{name}: batched over one at a time", round(gain, 2), "×", f"≥ {LEAST_GAIN:g}", gain >= LEAST_GAIN)


def _songs_an_hour(make: Pass, size: int) -> float:
    import torch

    make(size)
    torch.cuda.synchronize()
    start = time.perf_counter()
    make(size)
    torch.cuda.synchronize()
    return 3600 * size / (time.perf_counter() - start)


def _acestep() -> Pass:
    """As `inference.engines.acestep` makes a batch: the conditions one by one, one loop, the audio one by one."""
    import torch

    from inference.engines.acestep.conditions import conditions_of
    from inference.engines.acestep.denoising import denoised
    from inference.engines.acestep.facts import TURBO
    from inference.engines.acestep.kinds import Task

    with torch.device("cuda"):
        pipeline = tiny.acestep_pipeline(_ACESTEP_XL, turbo=True)
    pipeline.to("cuda", torch.bfloat16)
    pipeline.vae.use_tiling = True
    task = Task("text2music", "warm folk", "[verse]\nthe river knows\n" * 8, "en", SONG_SECONDS, 92, "E minor", "4")

    def make(size: int) -> None:
        told = [conditions_of(pipeline, task, seed) for seed in range(size)]
        latents = denoised(pipeline, told, TURBO, lambda done, steps: [True] * size)
        with torch.no_grad():
            for latent in latents.values():
                pipeline.vae.decode(latent.transpose(1, 2)).sample.float().cpu()

    return make


def _musicgen() -> Pass:
    """As `inference.engines.musicgen` makes its first window, twice over."""
    import torch
    from transformers import LogitsProcessorList

    from inference.engines.musicgen.sampling import EveryToken, Last, OwnNumbers

    with torch.device("cuda"):
        network = tiny.musicgen_model(_MUSICGEN_MEDIUM, channels=2)
    network.to("cuda", torch.float16).eval()
    windows = round(SONG_SECONDS / 30)

    def make(size: int) -> None:
        ids = torch.randint(3, 250, (size, 24), device="cuda")
        generators = [torch.Generator().manual_seed(seed) for seed in range(size)]
        with torch.no_grad():
            for _ in range(windows):
                processors: LogitsProcessorList = Last([OwnNumbers(generators, 250)])
                network.generate(
                    input_ids=ids,
                    attention_mask=torch.ones_like(ids),
                    do_sample=False,
                    guidance_scale=3.0,
                    max_new_tokens=1503,
                    logits_processor=processors,
                    stopping_criteria=[EveryToken(lambda tokens: None)],
                ).float().cpu()

    return make


if __name__ == "__main__":
    for figure in run(quick="--quick" in sys.argv):
        print(figure.as_text(), flush=True)
