"""`MusicGen` as audiocraft 1.3.0 declares it: what its callback is told, what it raises, what it returns."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch


class MusicGen:
    """Random sound of the length asked, 25 tokens a second, drawn token by token from torch's generator."""

    sample_rate = 32000
    frame_rate = 25
    audio_channels = 1
    max_duration = 30.0

    def __init__(self) -> None:
        self.duration = 15.0
        self.generation_params: dict[str, Any] = {}
        self._progress_callback: Callable[[int, int], None] | None = None

    @staticmethod
    def get_pretrained(name: str = "facebook/musicgen-melody", device: str | None = None) -> MusicGen:
        if os.environ.get("AUDIOCRAFT_CACHE_DIR") == "offline":
            raise OSError(f"no {name}")
        print("loading onto", device)
        return MusicGen()

    def set_custom_progress_callback(self, progress_callback: Callable[[int, int], None] | None = None) -> None:
        self._progress_callback = progress_callback

    def set_generation_params(
        self,
        use_sampling: bool = True,  # noqa: FBT001
        top_k: int = 250,
        top_p: float = 0.0,
        temperature: float = 1.0,
        duration: float = 30.0,
        cfg_coef: float = 3.0,
        two_step_cfg: bool = False,  # noqa: FBT001
        extend_stride: float = 18,
    ) -> None:
        assert extend_stride < self.max_duration
        self.duration = duration
        self.generation_params = {
            "use_sampling": use_sampling,
            "temp": temperature,
            "top_k": top_k,
            "top_p": top_p,
            "cfg_coef": cfg_coef,
            "two_step_cfg": two_step_cfg,
        }

    def generate(
        self,
        descriptions: list[str],
        progress: bool = False,  # noqa: FBT001
        return_tokens: bool = False,  # noqa: FBT001
    ) -> torch.Tensor:
        assert not return_tokens
        return self._generate(0, len(descriptions), progress)

    def generate_continuation(
        self,
        prompt: torch.Tensor,
        prompt_sample_rate: int,
        descriptions: list[str | None] | None = None,
        progress: bool = False,  # noqa: FBT001
        return_tokens: bool = False,  # noqa: FBT001
    ) -> torch.Tensor:
        assert prompt_sample_rate == self.sample_rate
        assert descriptions is not None
        assert not return_tokens
        assert prompt.shape[-1] <= self.max_duration * self.sample_rate, "Prompt is longer than audio to generate"
        heard = prompt.mean(dim=0, keepdim=True)[None]
        made = self._generate(round(prompt.shape[-1] / self.sample_rate * self.frame_rate), len(descriptions), progress)
        return torch.cat([heard, made], dim=-1)

    def _generate(self, before: int, songs: int, progress: bool) -> torch.Tensor:  # noqa: FBT001
        total = int(self.duration * self.frame_rate) - before
        tokens = []
        for number in range(total):
            tokens.append(0.1 * torch.randn(songs, 1, self.sample_rate // self.frame_rate))
            if progress and self._progress_callback is not None:
                # the codebooks' delay makes a few steps more than there are tokens
                self._progress_callback(number + 1, total + 3)
        return torch.cat(tokens, dim=-1)
