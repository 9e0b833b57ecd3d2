"""The models that can be fetched: where from, how large, on what terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from inference.engine import Licence

_NON_COMMERCIAL = Licence("CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/", commercial=False)
_MIT = Licence("MIT", "https://opensource.org/license/mit", commercial=True)


@dataclass(frozen=True, slots=True)
class Model:
    """One published set of weights."""

    name: str
    """As settings name it."""
    title: str
    repository: str
    """On the Hugging Face hub."""
    bytes: int
    """About how much is fetched; the hub says it exactly."""
    licence: Licence
    revision: str = "main"
    """A branch or a commit; whatever it is, the commit that was fetched is kept from then on."""
    sha256: Mapping[str, str] = field(default_factory=dict)
    """Of files whose hash was known when this was written; the others' come from the hub, once."""

    @property
    def size(self) -> str:
        """As people say it."""
        return f"{self.bytes / 1e9:.1f} GB"


def _acestep(variant: str, title: str) -> Model:
    return Model(f"acestep-v15-{variant}", title, f"ACE-Step/acestep-v15-{variant}-diffusers", 11_400_000_000, _MIT)


def _musicgen(variant: str, title: str, size: int) -> Model:
    return Model(f"musicgen-{variant}", title, f"facebook/musicgen-{variant}", size, _NON_COMMERCIAL)


MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.name: model
        for model in (
            _acestep("xl-turbo", "ACE-Step 1.5 XL turbo"),
            _acestep("xl-base", "ACE-Step 1.5 XL base"),
            _musicgen("small", "MusicGen small", 2_360_000_000),
            _musicgen("medium", "MusicGen medium", 8_040_000_000),
            _musicgen("stereo-small", "MusicGen small, stereo", 1_280_000_000),
            _musicgen("stereo-medium", "MusicGen medium, stereo", 4_070_000_000),
        )
    }
)
