"""Whether the words of a song can be understood: an offline recogniser picks each sung line among others.

Open dictation of singing is beyond any recogniser that is small enough to ship, so each line is a choice among itself
and nine others of like length; chance alone picks one in ten.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from inference.audio.decode import DecodeError, read
from inference.engine import Request, Result, Samples, Word

LANGUAGE = "en"
CANDIDATES = 10
LEAST_SHARE = 0.6
"""Of the lines that must be picked for the words to count as understood."""

_RATE = 16_000
_MOST_LINES, _LONGEST_SECONDS = 6, 8.0
_MARGIN_SECONDS, _SILENCE_SECONDS = 0.2, 0.3
_DECOYS = Path(__file__).with_name("decoys.txt")


@dataclass(frozen=True, slots=True)
class SungLine:
    """The words of one line and when they sound, in seconds."""

    text: str
    start: float
    end: float


def heard_words(request: Request, result: Result) -> dict[str, Any]:
    """How many lines were recognised, as JSON values with the names that `Comparison` has."""
    tolerance = f"{LEAST_SHARE:.0%} of the lines, each picked among {CANDIDATES}"
    lines = sung_lines(result.words)
    why = _why_not(request, result, lines)
    if why:
        return {"asked": len(lines), "heard": None, "tolerance": tolerance, "hit": None, "why": why}
    try:
        judged = recognised(read(result.stems["vocals"], _RATE).mean(axis=1, dtype=np.float32), lines)
        why = "" if judged else "no line is made of words that the recogniser knows"
    except (DecodeError, RuntimeError, OSError):
        # A song is not lost because it could not be listened to.
        judged, why = [], "the recogniser failed"
    if why:
        return {"asked": len(lines), "heard": None, "tolerance": tolerance, "hit": None, "why": why}
    right = sum(judged)
    return {"asked": len(judged), "heard": right, "tolerance": tolerance, "hit": right >= LEAST_SHARE * len(judged)}


def _why_not(request: Request, result: Result, lines: Sequence[SungLine]) -> str:
    if not lines:
        return "nothing is sung"
    if (request.language or LANGUAGE)[:2].lower() != LANGUAGE:
        return "words can only be recognised in English"
    if "vocals" not in result.stems:
        return "the voice is not apart from the band"
    return "" if find_spec("pocketsphinx") else "the recogniser is not installed here"


def sung_lines(words: Sequence[Word]) -> list[SungLine]:
    """The lines that the words make, in order."""
    lines: list[list[Word]] = []
    for word in words:
        if lines and lines[-1][-1].line == word.line:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [SungLine(" ".join(word.text for word in line), line[0].start, line[-1].end) for line in lines]


def recognised(vocals: Samples, lines: Sequence[SungLine]) -> list[bool]:
    """For some of the lines, spread over the song, whether the recogniser picks them; `vocals` is mono at 16 kHz."""
    able = [line for line in lines if line.end - line.start <= _LONGEST_SECONDS and _known(line.text)]
    step = max(1, -(-len(able) // _MOST_LINES))
    return [_pick(vocals, line, _candidates(line, able)) == plain(line.text) for line in able[::step]]


def picked(recording: Samples, sentence: str, others: Sequence[str]) -> bool:
    """Whether the recogniser picks `sentence` among `others` for what is said in `recording`, mono at 16 kHz.

    ValueError when a sentence holds a word that the recogniser does not know.
    """
    candidates = sorted({plain(text) for text in (sentence, *others)})
    if not all(_known(text) for text in candidates):
        raise ValueError("a sentence holds a word that cannot be recognised")
    whole = SungLine(sentence, 0.0, len(recording) / _RATE)
    return _pick(recording, whole, candidates) == plain(sentence)


def _candidates(line: SungLine, others: Sequence[SungLine]) -> list[str]:
    """The line and nine others of like length: of the song itself first, then strangers, always the same ones."""
    mine = plain(line.text)
    chance = random.Random(mine)  # noqa: S311 - a draw, not a secret
    own = sorted({plain(other.text) for other in others} - {mine})
    strange = [decoy for decoy in _decoys() if decoy != mine]
    chosen = chance.sample(own, min(len(own), CANDIDATES // 2))
    strange = sorted(chance.sample(strange, len(strange)), key=lambda text: abs(len(text.split()) - len(mine.split())))
    chosen += [text for text in strange if text not in chosen][: CANDIDATES - 1 - len(chosen)]
    return sorted([mine, *chosen])


def _pick(vocals: Samples, line: SungLine, candidates: Sequence[str]) -> str:
    first = max(0, round((line.start - _MARGIN_SECONDS) * _RATE))
    piece = vocals[first : round((line.end + _MARGIN_SECONDS) * _RATE)]
    loudest = float(np.abs(piece).max(initial=0.0))
    if loudest <= 0:
        return ""
    decoder = _decoder()
    decoder.add_jsgf_string("lines", f"#JSGF V1.0; grammar lines; public <line> = {' | '.join(candidates)};")
    decoder.activate_search("lines")
    decoder.start_utt()
    still = np.zeros(round(_SILENCE_SECONDS * _RATE))
    wave = np.concatenate([still, piece * (0.5 / loudest), still])
    # A little noise: the acoustic model never heard digital silence.
    wave += 1e-4 * np.random.default_rng(0).standard_normal(wave.size)
    decoder.process_raw((wave * 32_767).astype(np.int16).tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()
    heard = decoder.hyp()
    return str(heard.hypstr) if heard else ""


@cache
def _decoder() -> Any:
    import pocketsphinx

    model = Path(pocketsphinx.get_model_path()) / "en-us"
    return pocketsphinx.Decoder(
        hmm=os.fspath(model / "en-us"), dict=os.fspath(model / "cmudict-en-us.dict"), lm=None, loglevel="FATAL"
    )


def _known(text: str) -> bool:
    words = plain(text).split()
    return bool(words) and all(_decoder().lookup_word(word) is not None for word in words)


@cache
def _decoys() -> tuple[str, ...]:
    return tuple(_readable(_DECOYS.read_text(encoding="utf-8").splitlines()))


def _readable(lines: Sequence[str]) -> Iterator[str]:
    return (plain(line) for line in lines if _known(line))


def plain(line: str) -> str:
    """In small letters, without punctuation."""
    return " ".join(re.sub(r"[^a-z' ]", " ", line.lower().replace("’", "'")).split())
