"""What the diffusion transformer is told about one song, made by the pipeline's own parts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from inference.engine import EngineError, Samples
from inference.engines.acestep import facts
from inference.engines.acestep.kinds import Task
from inference.engines.acestep.loading import Pipeline


@dataclass(slots=True)
class Conditions:
    """One song's inputs; B = 1, T latent frames, D acoustic dimensions."""

    encoded: torch.Tensor
    """(1, L, width): lyrics, timbre and text, packed."""
    context: torch.Tensor
    """(1, T, 2 D): the source's latents and the mask of what to make."""
    noise: torch.Tensor
    """(1, T, D)."""


def latent_frames(pipeline: Pipeline, seconds: float) -> int:
    """How many latent frames the pipeline makes for that length."""
    return math.ceil(seconds * float(pipeline.latents_per_second))


def conditions_of(pipeline: Pipeline, task: Task, seed: int) -> Conditions:
    """The same as the pipeline makes for a batch of one; every random number is the seed's."""
    device, dtype = pipeline._execution_device, pipeline.transformer.dtype
    _check_lengths(pipeline, task)
    # The autoencoder draws from torch's own generator and takes no other.
    torch.manual_seed(seed)
    with torch.no_grad():
        source, frames = _source(pipeline, task, device, dtype)
        encoded = _encoded(pipeline, task, device, dtype)
        mask = pipeline._build_chunk_mask(
            task_type=task.kind,
            latent_length=frames,
            batch_size=1,
            device=device,
            dtype=dtype,
            acoustic_dim=pipeline.transformer.config.audio_acoustic_hidden_dim,
            repainting_start=task.start,
            repainting_end=task.end,
            has_src_audio=task.source is not None,
        )
        if task.kind == "repaint":
            silence, _ = pipeline.prepare_src_latents(device=device, dtype=dtype, latent_length=frames)
            source = torch.where(mask > 0.5, silence, source)
        noise = pipeline.prepare_latents(
            batch_size=1,
            audio_duration=frames / pipeline.latents_per_second,
            dtype=dtype,
            device=device,
            generator=torch.Generator().manual_seed(seed),
        )
        return Conditions(encoded, torch.cat([source, mask], dim=-1), noise)


def as_tensor(samples: Samples, frames: int) -> torch.Tensor:
    """(2, frames), cut or filled with silence."""
    tensor = torch.from_numpy(samples[:frames]).T
    return torch.nn.functional.pad(tensor, (0, frames - tensor.shape[-1])).contiguous()


def source_frames(pipeline: Pipeline, seconds: float) -> int:
    """The audio frames behind the latents of that length."""
    return round(latent_frames(pipeline, seconds) * facts.SAMPLE_RATE / float(pipeline.latents_per_second))


def _source(pipeline: Pipeline, task: Task, device: torch.device, dtype: torch.dtype) -> tuple[torch.Tensor, int]:
    audio = None if task.source is None else as_tensor(task.source, source_frames(pipeline, task.seconds))
    latents, frames = pipeline.prepare_src_latents(
        device=device,
        dtype=dtype,
        src_audio=audio,
        latent_length=latent_frames(pipeline, task.seconds),
        task_type=task.kind,
    )
    return latents, int(frames)


def _encoded(pipeline: Pipeline, task: Task, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    text, text_mask, lyrics, lyrics_mask = pipeline.encode_prompt(
        prompt=task.caption,
        lyrics=task.lyrics,
        device=device,
        vocal_language=task.language,
        audio_duration=task.seconds,
        instruction=_instruction(pipeline, task),
        bpm=task.tempo,
        keyscale=task.key or None,
        timesignature=task.meter or None,
        max_text_length=facts.LONGEST_CAPTION,
        max_lyric_length=facts.LONGEST_LYRICS,
    )
    timbre, order = _timbre(pipeline, task, device, dtype)
    encoded, mask = pipeline.condition_encoder(
        text_hidden_states=text,
        text_attention_mask=text_mask,
        lyric_hidden_states=lyrics,
        lyric_attention_mask=lyrics_mask,
        refer_audio_acoustic_hidden_states_packed=timbre,
        refer_audio_order_mask=order,
    )
    result: torch.Tensor = encoded[:, mask[0].bool()]
    return result


def _instruction(pipeline: Pipeline, task: Task) -> str:
    tracks = [task.track] if task.track else None
    instruction: str = pipeline._get_task_instruction(task.kind, task.track or None, tracks)
    return instruction


def _timbre(
    pipeline: Pipeline, task: Task, device: torch.device, dtype: torch.dtype
) -> tuple[torch.Tensor, torch.Tensor]:
    if task.reference is not None:
        packed, order = pipeline.prepare_reference_audio_latents(
            reference_audio=as_tensor(task.reference, task.reference.shape[0]), batch_size=1, device=device, dtype=dtype
        )
        return packed, order
    # Encoded silence, which comes with the weights: zeros would make it drone.
    frames = math.ceil(30 * pipeline.latents_per_second)
    silence = pipeline.condition_encoder.silence_latent[:, :frames].to(device=device, dtype=dtype)
    return silence, torch.zeros(1, device=device, dtype=torch.long)


def _check_lengths(pipeline: Pipeline, task: Task) -> None:
    """The pipeline would cut off in silence; what it adds takes up to 80 tokens of the one and 16 of the other."""
    if _tokens(pipeline, task.caption) > facts.LONGEST_CAPTION - 80:
        raise EngineError("The description is too long for ACE-Step. Please shorten it.")
    if _tokens(pipeline, task.lyrics) > facts.LONGEST_LYRICS - 16:
        raise EngineError("The lyrics are too long for ACE-Step. Please shorten them.")


def _tokens(pipeline: Pipeline, text: str) -> int:
    return len(pipeline.tokenizer(text).input_ids)
