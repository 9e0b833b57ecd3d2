"""An offline recogniser of English, told which lines may have been sung: which one was, and when its words began."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

RATE = 16_000
"""Hz; what its acoustic model was trained at."""
INSTALL = "install requirements/dev.txt: this bench listens with pocketsphinx and librosa"

_SILENCE = 0.3
"""Seconds of silence put before and after what is heard."""
_PEAK, _NOISE = 0.5, 1e-3
"""The loudest sample, and a quiet room's noise 54 dB below it.

The acoustic model never heard digital silence: without the noise the search breaks off in spoken lines, too.
"""
_FRAME = 0.01
_FILLERS = re.compile(r"[<\[+(]")


class Recogniser:
    """pocketsphinx 5 with the acoustic model and dictionary it ships; everything else as it comes."""

    @cached_property
    def _decoder(self) -> Any:
        import pocketsphinx

        model = Path(pocketsphinx.get_model_path()) / "en-us"
        return pocketsphinx.Decoder(
            hmm=os.fspath(model / "en-us"), dict=os.fspath(model / "cmudict-en-us.dict"), lm=None, loglevel="FATAL"
        )

    def unknown(self, line: str) -> list[str]:
        """The words that its dictionary lacks."""
        return [word for word in plain(line).split() if self._decoder.lookup_word(word) is None]

    def pick(self, samples: npt.NDArray[np.float32], rate: int, candidates: Sequence[str]) -> str:
        """Which of the lines it hears; empty when none. The grammar gives each the same chance."""
        choices = {plain(line): line for line in candidates}
        # By the alphabet, so that the place in the grammar tells nothing.
        self._decoder.add_jsgf_string(
            "lines", f"#JSGF V1.0; grammar lines; public <line> = {' | '.join(sorted(choices))};"
        )
        self._decoder.activate_search("lines")
        self._listen(samples, rate)
        heard = self._decoder.hyp()
        return choices.get(heard.hypstr, "") if heard else ""

    def onsets(self, samples: npt.NDArray[np.float32], rate: int, line: str) -> list[float]:
        """Seconds into the samples at which it places the beginning of each word; empty when it cannot."""
        self._decoder.set_align_text(plain(line))
        self._listen(samples, rate)
        found = [
            segment.start_frame * _FRAME - _SILENCE
            for segment in self._decoder.seg() or ()
            if not _FILLERS.match(segment.word)
        ]
        return found if len(found) == len(plain(line).split()) else []

    def _listen(self, samples: npt.NDArray[np.float32], rate: int) -> None:
        from scipy.signal import resample_poly

        divisor = int(np.gcd(RATE, rate))
        mono = resample_poly(np.asarray(samples, np.float64), RATE // divisor, rate // divisor)
        still = np.zeros(round(_SILENCE * RATE))
        wave = np.concatenate([still, mono * _PEAK / max(float(np.abs(mono).max(initial=0.0)), 1e-9), still])
        wave += _NOISE * np.random.default_rng(0).standard_normal(len(wave))
        self._decoder.start_utt()
        self._decoder.process_raw((wave * 32767).astype(np.int16).tobytes(), no_search=False, full_utt=True)
        self._decoder.end_utt()


def plain(line: str) -> str:
    """In lower case, without punctuation."""
    return " ".join(re.sub(r"[^a-z' ]", " ", line.lower()).split())
