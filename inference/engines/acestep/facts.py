"""What is known of ACE-Step 1.5 without loading it; imports nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE = 48_000
MINIMUM_SECONDS, MAXIMUM_SECONDS = 10, 600
LOWEST_TEMPO, HIGHEST_TEMPO = 30.0, 300.0
METERS = ("2/4", "3/4", "4/4", "6/8")
LONGEST_CAPTION, LONGEST_LYRICS = 256, 2048
"""Tokens; the text encoder was trained with no more, and cuts off what is longer."""
LANGUAGES = frozenset(
    {
        "ar", "az", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hr", "ht",
        "hu", "id", "is", "it", "ja", "ko", "la", "lt", "ms", "ne", "nl", "no", "pa", "pl", "pt", "ro", "ru", "sa",
        "sk", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "uk", "ur", "vi", "zh",
    }
)  # fmt: skip
"""As its makers list them; Cantonese ("yue") besides, which has no two-letter code."""
UNKNOWN_LANGUAGE = "unknown"
INSTRUMENTAL = "[Instrumental]"
"""What the model reads in place of lyrics."""
TRACKS = (
    "vocals", "backing_vocals", "drums", "bass", "guitar", "keyboard", "percussion", "strings", "synth", "fx", "brass",
    "woodwinds",
)  # fmt: skip
"""What the base model can extract from a song, or add to one."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a variant wants to be sampled."""

    steps: int
    shift: float
    guidance: float


TURBO = Sampling(steps=8, shift=3.0, guidance=1.0)
"""Guidance is distilled into its weights."""
BASE = Sampling(steps=50, shift=1.0, guidance=7.0)
"""Base and sft; with turbo's shift they fall apart."""
