"""The flow-matching loop over several songs at once, each of which can drop out at any step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from inference.engines.acestep.conditions import Conditions
from inference.engines.acestep.facts import Sampling
from inference.engines.acestep.loading import Pipeline

_MOMENTUM, _ETA, _NORM_THRESHOLD = -0.75, 0.0, 2.5
"""Of adaptive projected guidance, as the pipeline has them."""

StepEnd = Callable[[int, int], Sequence[bool]]
"""Told the steps done and their number; says of each song still there whether it goes on."""


def denoised(
    pipeline: Pipeline, songs: Sequence[Conditions], sampling: Sampling, step_end: StepEnd
) -> dict[int, torch.Tensor]:
    """The latents (1, T, D) of each song that stayed to the end, by its position.

    All songs have the same number of latent frames. The numbers are those of the pipeline's own call for each song
    alone, up to rounding: what one song is told is masked from the others, and who dropped out is computed no further.
    """
    from diffusers.guiders.adaptive_projected_guidance import MomentumBuffer, normalized_guidance

    encoded, mask = _padded([song.encoded for song in songs])
    context = torch.cat([song.context for song in songs])
    latents = torch.cat([song.noise for song in songs])
    there = list(range(len(songs)))
    guided = sampling.guidance > 1.0 and not pipeline.is_turbo
    momentum: Any = MomentumBuffer(_MOMENTUM)
    schedule = pipeline._get_timestep_schedule(
        num_inference_steps=sampling.steps, shift=sampling.shift, device=latents.device, dtype=torch.float32
    ).tolist()
    masking = _CrossMask(pipeline.transformer)
    with torch.no_grad(), masking:
        for number, time in enumerate(schedule):
            times = time * torch.ones(len(there), device=latents.device, dtype=latents.dtype)
            if guided:
                null = pipeline.condition_encoder.null_condition_emb.to(encoded).expand_as(encoded)
                both = torch.cat([encoded, null])
                masking.mask = None if mask is None else torch.cat([mask, mask])
                velocity = _velocity(pipeline, _twice(latents), _twice(times), both, _twice(context))
                wanted, unwanted = velocity.chunk(2)
                velocity = normalized_guidance(
                    pred_cond=wanted,
                    pred_uncond=unwanted,
                    guidance_scale=sampling.guidance - 1.0,
                    momentum_buffer=momentum,
                    eta=_ETA,
                    norm_threshold=_NORM_THRESHOLD,
                    use_original_formulation=True,
                    norm_dim=(1,),
                )
            else:
                masking.mask = mask
                velocity = _velocity(pipeline, latents, times, encoded, context)
            # Euler's method; the schedule ends at 0.
            following = schedule[number + 1] if number + 1 < len(schedule) else 0.0
            latents = (latents.float() + (following - time) * velocity.float()).to(latents.dtype)
            going_on = [place for place, stays in enumerate(step_end(number + 1, len(schedule))) if stays]
            if len(going_on) < len(there):
                there = [there[place] for place in going_on]
                encoded, context, latents = encoded[going_on], context[going_on], latents[going_on]
                mask = None if mask is None else mask[going_on]
                if guided:
                    momentum.running_average = momentum.running_average[going_on]
            if not there:
                break
    return {place: latents[row : row + 1] for row, place in enumerate(there)}


def _velocity(
    pipeline: Pipeline, latents: torch.Tensor, times: torch.Tensor, encoded: torch.Tensor, context: torch.Tensor
) -> torch.Tensor:
    (velocity,) = pipeline.transformer(
        hidden_states=latents,
        timestep=times,
        timestep_r=times,
        encoder_hidden_states=encoded,
        context_latents=context,
        return_dict=False,
    )
    result: torch.Tensor = velocity
    return result


def _twice(tensor: torch.Tensor) -> torch.Tensor:
    return torch.cat([tensor, tensor])


def _padded(encoded: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """All at the length of the longest, and which positions are real as (B, 1, 1, L); None when all are."""
    longest = max(each.shape[1] for each in encoded)
    padded = torch.cat([torch.nn.functional.pad(each, (0, 0, 0, longest - each.shape[1])) for each in encoded])
    if all(each.shape[1] == longest for each in encoded):
        return padded, None
    lengths = torch.tensor([each.shape[1] for each in encoded], device=padded.device)
    real = torch.arange(longest, device=padded.device)[None] < lengths[:, None]
    return padded, real[:, None, None, :]


class _CrossMask:
    """While it is entered, the transformer's cross-attention sees only what `mask` allows.

    The transformer itself passes no mask there, so that in its own batches shorter texts attend to padding.
    """

    def __init__(self, transformer: Any) -> None:
        self.mask: torch.Tensor | None = None
        self._layers = [layer.cross_attn for layer in transformer.layers if layer.use_cross_attention]
        self._hooks: list[Any] = []

    def __enter__(self) -> _CrossMask:
        self._hooks = [layer.register_forward_pre_hook(self._masked, with_kwargs=True) for layer in self._layers]
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _masked(self, _: Any, arguments: Any, named: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        return arguments, {**named, "attention_mask": self.mask}
