"""Tiny random models of the real classes, saved as their makers publish them: what the neural engines are tested on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

SAMPLE_RATE_ACESTEP = 48_000
SAMPLE_RATE_MUSICGEN = 32_000


def save_acestep(folder: Path, *, turbo: bool = True, seed: int = 7) -> Path:
    """Save an `AceStepPipeline` of 100 thousand parameters to `folder`, and return it."""
    import torch

    torch.manual_seed(seed)
    pipeline = acestep_pipeline(_ACESTEP_TINY, turbo=turbo)
    with torch.no_grad():
        for layer in pipeline.transformer.layers:
            # So that what a song is told can be heard: random layers hardly listen.
            layer.cross_attn.to_out[0].weight.mul_(20.0)
    pipeline.save_pretrained(folder, safe_serialization=True)
    return folder


def save_musicgen(folder: Path, *, channels: int = 1, seed: int = 7) -> Path:
    """Save a `MusicgenForConditionalGeneration` of 100 thousand parameters to `folder`, and return it."""
    import torch

    torch.manual_seed(seed)
    model = musicgen_model(_MUSICGEN_TINY, channels=channels)
    model.save_pretrained(folder)
    _tokenizer(pad="<pad>", end="</s>").save_pretrained(folder)
    return folder


_ACESTEP_TINY: dict[str, Any] = {
    "width": 16,
    "feed_forward": 32,
    "layers": 2,
    "heads": 2,
    "groups": 1,
    "head": 8,
    "encoder_width": 16,
    "encoder_feed_forward": 32,
    "lyric_layers": 2,
    "timbre_layers": 2,
    "pooler_layers": 2,
    "acoustic": 2,
    "fsq": 16,
    "text_width": 16,
    "text_layers": 1,
    "window": 16,
    "vae_width": 2,
    "vae_ratios": [20, 6, 4, 4],
    "vae_multiples": [1, 1, 1, 2],
}
_MUSICGEN_TINY: dict[str, Any] = {
    "width": 16,
    "feed_forward": 32,
    "layers": 2,
    "heads": 2,
    "text_width": 16,
    "text_feed_forward": 32,
    "text_layers": 1,
    "text_heads": 2,
    "codec_filters": 2,
    "codec_width": 16,
    "codec_bins": 1024,
    "codec_lstm": 1,
}


def acestep_pipeline(size: dict[str, Any], *, turbo: bool) -> Any:
    """An `AceStepPipeline` with random weights of that size."""
    import torch
    from diffusers import AceStepPipeline, AutoencoderOobleck, FlowMatchEulerDiscreteScheduler
    from diffusers.models.transformers.ace_step_transformer import AceStepTransformer1DModel
    from diffusers.pipelines.ace_step import (
        AceStepAudioTokenDetokenizer,
        AceStepAudioTokenizer,
        AceStepConditionEncoder,
    )
    from transformers import Qwen3Config, Qwen3Model

    heads = {
        "num_attention_heads": size["heads"],
        "num_key_value_heads": size["groups"],
        "head_dim": size["head"],
        "sliding_window": size["window"],
    }
    encoder_heads = {**heads, "num_attention_heads": size["encoder_width"] // size["head"]}
    encoder = {"hidden_size": size["encoder_width"], "intermediate_size": size["encoder_feed_forward"]}
    tokenizer = _tokenizer(pad="<|endoftext|>", end="<|im_end|>")
    pipeline: Any = AceStepPipeline(
        vae=AutoencoderOobleck(
            encoder_hidden_size=2 * size["acoustic"],
            decoder_channels=size["vae_width"],
            decoder_input_channels=size["acoustic"],
            downsampling_ratios=size["vae_ratios"],
            channel_multiples=size["vae_multiples"],
            sampling_rate=SAMPLE_RATE_ACESTEP,
        ),
        text_encoder=Qwen3Model(
            Qwen3Config(
                vocab_size=len(tokenizer),
                hidden_size=size["text_width"],
                intermediate_size=3 * size["text_width"],
                num_hidden_layers=size["text_layers"],
                num_attention_heads=2 if size["text_width"] < 64 else 16,
                num_key_value_heads=1 if size["text_width"] < 64 else 8,
                head_dim=size["head"],
            )
        ),
        tokenizer=tokenizer,
        transformer=AceStepTransformer1DModel(
            hidden_size=size["width"],
            intermediate_size=size["feed_forward"],
            num_hidden_layers=size["layers"],
            in_channels=3 * size["acoustic"],
            audio_acoustic_hidden_dim=size["acoustic"],
            encoder_hidden_size=size["encoder_width"],
            is_turbo=turbo,
            model_version="turbo" if turbo else "base",
            **heads,
        ),
        condition_encoder=AceStepConditionEncoder(
            text_hidden_dim=size["text_width"],
            timbre_hidden_dim=size["acoustic"],
            num_lyric_encoder_hidden_layers=size["lyric_layers"],
            num_timbre_encoder_hidden_layers=size["timbre_layers"],
            **encoder,
            **encoder_heads,
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(num_train_timesteps=1, shift=1.0),
        audio_tokenizer=AceStepAudioTokenizer(
            audio_acoustic_hidden_dim=size["acoustic"],
            fsq_dim=size["fsq"],
            num_attention_pooler_hidden_layers=size["pooler_layers"],
            **encoder,
            **encoder_heads,
        ),
        audio_token_detokenizer=AceStepAudioTokenDetokenizer(
            audio_acoustic_hidden_dim=size["acoustic"],
            num_attention_pooler_hidden_layers=size["pooler_layers"],
            **encoder,
            **encoder_heads,
        ),
    )
    with torch.no_grad():
        # As if silence had been encoded; the class leaves zeros for the published weights to fill.
        pipeline.condition_encoder.silence_latent.normal_(std=0.1)
    return pipeline


def musicgen_model(size: dict[str, Any], *, channels: int) -> Any:
    """A `MusicgenForConditionalGeneration` with random weights of that size."""
    from transformers import (
        EncodecConfig,
        MusicgenConfig,
        MusicgenDecoderConfig,
        MusicgenForConditionalGeneration,
        T5Config,
    )

    bins, codebooks = size["codec_bins"], 4
    model: Any = MusicgenForConditionalGeneration(
        MusicgenConfig(
            text_encoder=T5Config(
                vocab_size=size.get("text_vocabulary", len(_tokenizer(pad="<pad>", end="</s>"))),
                d_model=size["text_width"],
                d_ff=size["text_feed_forward"],
                d_kv=size["text_width"] // size["text_heads"],
                num_layers=size["text_layers"],
                num_heads=size["text_heads"],
            ).to_dict(),
            audio_encoder=EncodecConfig(
                # Four codebooks at 50 frames a second.
                target_bandwidths=[4 * 50 * math.log2(bins) / 1000],
                sampling_rate=SAMPLE_RATE_MUSICGEN,
                audio_channels=1,
                num_filters=size["codec_filters"],
                hidden_size=size["codec_width"],
                codebook_size=bins,
                codebook_dim=size["codec_width"],
                num_lstm_layers=size["codec_lstm"],
                upsampling_ratios=[8, 5, 4, 4],
                norm_type="weight_norm",
                use_causal_conv=False,
                normalize=False,
                chunk_length_s=None,
            ).to_dict(),
            decoder=MusicgenDecoderConfig(
                vocab_size=bins,
                hidden_size=size["width"],
                ffn_dim=size["feed_forward"],
                num_hidden_layers=size["layers"],
                num_attention_heads=size["heads"],
                num_codebooks=codebooks * channels,
                audio_channels=channels,
                pad_token_id=bins,
                bos_token_id=bins,
            ).to_dict(),
        )
    )
    for layer in model.audio_encoder.quantizer.layers:
        # The class leaves zeros for the published weights to fill, with which every song would sound the same.
        layer.codebook.embed.normal_(std=20.0)
    config = model.generation_config
    config.pad_token_id = config.bos_token_id = config.decoder_start_token_id = bins
    config.guidance_scale = 3.0
    config.do_sample = True
    config.max_length = 1500
    return model


def _tokenizer(*, pad: str, end: str) -> Any:
    """Bytes as tokens, in the class that the published tokenizers load as."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={token: number for number, token in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([pad, end])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=pad, eos_token=end)
