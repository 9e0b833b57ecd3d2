"""Parts of a spectrogram that are learned from it: the accompaniment's spectra, and a voice's smooth envelope.

Non-negative factors by multiplicative updates of the Kullback-Leibler divergence (D. Lee, H. S. Seung, "Algorithms for
Non-negative Matrix Factorization", 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.separation.spectra import Floats

_SMALL = 1e-6


@dataclass(slots=True)
class Accompaniment:
    """Few spectra that sound again and again, more or less loud in each frame."""

    activations: Floats
    """Shape (frames, parts)."""
    parts: Floats
    """Shape (parts, bins)."""

    @classmethod
    def of(cls, background: Floats, parts: int, rounds: int) -> Accompaniment:
        """Learned from a first guess of the accompaniment alone, shape (frames, bins)."""
        frames = background.shape[0]
        generator = np.random.default_rng(0)
        # Frames spread over the piece are better beginnings than noise.
        chosen = np.linspace(0, frames - 1, parts).astype(np.intp)
        begin = background[chosen] + background.mean(axis=0) * generator.uniform(0.1, 0.3, (parts, 1))
        learned = cls(
            np.full((frames, parts), background.mean() + _SMALL, np.float32),
            np.asarray(begin / (begin.mean(axis=1, keepdims=True) + _SMALL) + _SMALL, np.float32),
        )
        nothing = np.zeros((1, 1), np.float32)
        for _ in range(rounds):
            learned.improve(background, nothing)
        return learned

    def spectra(self) -> Floats:
        """The accompaniment, shape (frames, bins)."""
        return self.activations @ self.parts

    def improve(self, magnitudes: Floats, voice: Floats) -> None:
        """One round of explaining better what `voice` leaves of `magnitudes`."""
        ratio = magnitudes / (self.spectra() + voice + _SMALL)
        self.activations *= (ratio @ self.parts.T) / (self.parts.sum(axis=1) + _SMALL)
        ratio = magnitudes / (self.spectra() + voice + _SMALL)
        self.parts *= (self.activations.T @ ratio) / (self.activations.sum(axis=0)[:, None] + _SMALL)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Bumps that overlap, of which every smooth spectrum is a sum."""

    basis: Floats
    """Shape (bumps, bins)."""

    @classmethod
    def over(cls, bins: int, bin_hz: float) -> Envelope:
        """Bumps as wide as formants, wider with frequency."""
        hertz = np.arange(bins) * bin_hz
        place = _place(hertz)
        centres = np.arange(int(place[-1]) + 2)
        distance = np.abs(place[None, :] - centres[:, None])
        return cls(np.asarray(np.where(distance < 1, 0.5 + 0.5 * np.cos(np.pi * distance), 0), np.float32))

    def flat(self, frames: int) -> Floats:
        """The weights of a spectrum that is the same everywhere, for so many frames."""
        return np.ones((frames, self.basis.shape[0]), np.float32)


def _place(hertz: np.ndarray) -> np.ndarray:
    """Bumps are 250 Hz apart at the bottom and 900 at 8 kHz."""
    return 12.0 * np.log1p(hertz / 3000.0)
