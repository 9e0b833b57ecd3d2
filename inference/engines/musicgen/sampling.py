"""Drawing tokens for several songs at once, each from its own random numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

import torch
from transformers import LogitsProcessor, LogitsProcessorList, StoppingCriteria

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class OwnNumbers(LogitsProcessor):
    """Turns scores into ones whose greatest is a draw from the `top_k` likeliest, by each song's own generator.

    Adding noise distributed as Gumbel's to the scores and taking the greatest draws from their softmax (Gumbel 1954);
    with greedy search this is sampling, and no song's numbers depend on who else is in the batch. Scores have shape
    (songs × codebooks, vocabulary), a song's codebooks together.
    """

    def __init__(self, generators: Sequence[torch.Generator], top_k: int) -> None:
        self._generators = generators
        self._top_k = top_k

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """The scores to take the greatest of."""
        rows, vocabulary = scores.shape
        least = scores.topk(min(self._top_k, vocabulary)).values[:, -1:]
        shape = (rows // len(self._generators), vocabulary)
        uniform = torch.cat([torch.rand(shape, generator=each) for each in self._generators]).to(scores.device)
        # rand() can be 0, and log of that is no number.
        gumbel = -torch.log(-torch.log(uniform.clamp(1e-20, 1 - 1e-7)))
        return cast(torch.FloatTensor, scores.masked_fill(scores < least, -torch.inf) + gumbel)


class Last(LogitsProcessorList):
    """A list whose last entry stays last: MusicGen appends its guidance to what it is given."""

    def append(self, processor: Any) -> None:
        """Put before the last."""
        self.insert(len(self) - 1, processor)


class EveryToken(StoppingCriteria):
    """Calls back with the number of tokens there are, and never stops: what the callback raises does."""

    def __init__(self, callback: Callable[[int], None]) -> None:
        self._callback = callback

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor, **_: Any) -> torch.BoolTensor:
        """False for every row."""
        self._callback(int(input_ids.shape[-1]))
        going_on = torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)
        return cast(torch.BoolTensor, going_on)


def codebook_delay(network: PreTrainedModel) -> int:
    """How many tokens more than frames are needed: a side's codebooks start one after the other."""
    decoder: Any = network.config.decoder
    return int(decoder.num_codebooks // decoder.audio_channels) - 1
