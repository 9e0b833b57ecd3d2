"""One result measured: every metric, or why it is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference import stages
from inference.engine import Word
from inference.quality import cepstra, judging, levels, melody, mos
from inference.quality.likeness import likeness
from inference.quality.model import Card, Metric
from inference.quality.pictures import draw
from inference.quality.pitch import METHOD, Track, track
from inference.quality.words import (
    LINES_METHOD,
    NO_RECOGNISER,
    Recogniser,
    lines_missing,
    lines_understood,
    word_error_rate,
)
from inference.speakers.model import Embedding

_NOTHING_SUNG = "Too little is sung in both the source and the result."
_ONE_TONE = "The melody stays on one tone."

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class _Pair:
    """The two vocals and what they do."""

    source: Path
    result: Path
    before: Track
    after: Track


def measure(
    source_vocal: Path,
    result_vocal: Path,
    *,
    semitones: float,
    report: Report,
    lyrics: str | None = None,
    mix: Path | None = None,
    source_mix: Path | None = None,
    target: Embedding | None = None,
    words: Sequence[Word] = (),
    language: str = "",
    recogniser: Recogniser | None = None,
    reference: Path | None = None,
    pictures: Path | None = None,
) -> Card:
    """The card of `result_vocal`, which should sing what `source_vocal` does, `semitones` higher.

    `mix` and `source_mix` are the songs around them; `words` say which are sung when; `reference` is what the result
    should have been, sample for sample, where that is known; `pictures` is a folder that four pictures are drawn into.
    Raises Unreadable, and whatever `report` raises.
    """
    report(stages.MEASURING, 0.0)
    before = track(source_vocal, _steps(report, 0.0, 0.2))
    after = track(result_vocal, _steps(report, 0.2, 0.4))
    pair = _Pair(source_vocal, result_vocal, before, after)
    metrics = _melody(pair, semitones)
    report(stages.MEASURING, 0.4)
    metrics += [_lines(pair, words, language), _wer(pair, lyrics, recogniser)]
    report(stages.MEASURING, 0.5)
    metrics.append(_mos(pair, _steps(report, 0.5, 0.65)))
    metrics.append(likeness(source_vocal, result_vocal, (before, after), target))
    metrics += _clarity(pair)
    report(stages.MEASURING, 0.7)
    metrics += _colour(pair, _steps(report, 0.7, 0.85))
    metrics += [_level(mix or result_vocal), _score(mix, source_mix), _sdr(result_vocal, reference)]
    if pictures is not None:
        draw(pictures, (source_vocal, result_vocal), (before, after), semitones)
    judged = judging.judged(metrics)
    verdict, poor = judging.verdict(judged)
    report(stages.MEASURING, 1.0)
    return Card(judged, verdict, poor)


def measure_removal(source_mix: Path, instrumental: Path, *, report: Report, reference: Path | None = None) -> Card:
    """The card of a song without its vocals: its level, the seed's score, and SDR where the true one is known.

    Raises Unreadable, and whatever `report` raises.
    """
    report(stages.MEASURING, 0.0)
    level = _level(instrumental)
    report(stages.MEASURING, 0.3)
    score = _score(instrumental, source_mix)
    report(stages.MEASURING, 0.8)
    metrics = judging.judged([level, score, _sdr(instrumental, reference)])
    poor = any(metric.poor for metric in metrics)
    verdict = "The song without vocals is nearly silent." if poor else "The song without vocals was made."
    report(stages.MEASURING, 1.0)
    return Card(metrics, verdict, poor)


def _melody(pair: _Pair, semitones: float) -> list[Metric]:
    found = melody.compare(pair.before, pair.after, semitones)
    moved = f"; after {semitones:+g} semitones" if semitones else ""
    method = f"{METHOD}; {found.frames} mutually voiced frames, no time warping{moved}"
    offset = melody.offset_ms(pair.before, pair.after)
    few = _NOTHING_SUNG if found.rmse is None else ""
    return [
        _metric("f0_rmse", found.rmse, "cents", method, few),
        _metric("f0_median", found.median, "cents", f"median of the absolute errors; {method}", few),
        _metric("voicing_error", found.voicing_error, "%", f"{METHOD}; of all frames (VDE)", _NOTHING_SUNG),
        _metric("f0_correlation", found.correlation, "", f"Pearson's, of log F0; {method}", few or _ONE_TONE),
        _metric(
            "time_offset",
            abs(offset) if offset is not None else None,
            "ms",
            "size of the lag where the levels of both fit best, up to 300 ms in steps of 5",
            "The vocal is too short or never changes its level.",
        ),
    ]


def _lines(pair: _Pair, words: Sequence[Word], language: str) -> Metric:
    missing = lines_missing(words, language)
    value = baseline = None
    if not missing:
        try:
            value, baseline = (lines_understood(path, words) for path in (pair.result, pair.source))
        except RuntimeError:
            missing = "The recogniser failed."
        else:
            missing = "No line is made of words that the recogniser knows."
    return _metric("lines_understood", value, "%", LINES_METHOD, missing, baseline)


def _wer(pair: _Pair, lyrics: str | None, recogniser: Recogniser | None) -> Metric:
    """Against the lyrics where there are any, else what is heard in the result against what is heard in the source."""
    against = "against the lyrics" if lyrics else "result against source"
    if recogniser is None:
        return _metric("wer", None, "", f"words wrong, missing or added over those expected; {against}", NO_RECOGNISER)
    method = f"{recogniser.method}; words wrong, missing or added over those expected; {against}"
    before, after = recogniser.transcribed(pair.source), recogniser.transcribed(pair.result)
    value = word_error_rate(lyrics or before, after)
    baseline = word_error_rate(lyrics, before) if lyrics else 0.0
    return _metric("wer", value, "", method, "There are no words to compare with.", baseline)


def _mos(pair: _Pair, tell: Callable[[float], None]) -> Metric:
    if not mos.available():
        return _metric("mos", None, "", mos.METHOD, mos.MISSING)
    places = mos.pieces(pair.before)
    value = mos.predicted(pair.result, places, lambda share: tell(share / 2))
    baseline = mos.predicted(pair.source, places, lambda share: tell(0.5 + share / 2))
    return _metric("mos", value, "", mos.METHOD, _NOTHING_SUNG, baseline)


def _clarity(pair: _Pair) -> list[Metric]:
    pauses = "a proxy, with no clean reference: mean power of voiced frames over that of the quietest tenth, at most 60"
    return [
        _metric("snr", levels.snr_proxy(pair.after), "dB", pauses, _NOTHING_SUNG, levels.snr_proxy(pair.before)),
        _metric(
            "hnr",
            levels.hnr(pair.after),
            "dB",
            f"{METHOD}; mean of voiced frames",
            _NOTHING_SUNG,
            levels.hnr(pair.before),
        ),
    ]


def _colour(pair: _Pair, tell: Callable[[float], None]) -> list[Metric]:
    found = cepstra.compare(pair.source, pair.result, (pair.before, pair.after), tell)
    return [
        _metric("mfcc_distance", found.mfcc, "", cepstra.MFCC_METHOD, "No frames are loud in both."),
        _metric("mcd", found.mcd, "dB", cepstra.MCD_METHOD, "No frames are loud in both."),
    ]


def _level(path: Path) -> Metric:
    return _metric("rms", levels.rms_dbfs(path), "dBFS", "RMS of both channels of the whole result", "It is silent.")


def _score(result: Path | None, source: Path | None) -> Metric:
    if result is None or source is None:
        missing = "The songs with accompaniment were not given."
        return _metric("quality_score", None, "", levels.SCORE_METHOD, missing)
    return _metric("quality_score", levels.closeness(source, result).score, "", levels.SCORE_METHOD, "It is silent.")


def _sdr(result: Path, reference: Path | None) -> Metric:
    method = "10·log10(reference / difference) over the whole file, no filter or gain allowed"
    missing = "There is no reference: what the result should be is not known sample for sample."
    value = levels.closeness(reference, result).ratio_db if reference is not None else None
    return _metric("sdr", value, "dB", method, missing if reference is None else "The reference is silent.")


def _metric(
    name: str, value: float | None, unit: str, method: str, missing: str, baseline: float | None = None
) -> Metric:
    """With the reason only where there is no value."""
    if value is None or not np.isfinite(value):
        return Metric(name, None, unit, method, reason=missing)
    return Metric(name, round(value, 4), unit, method, baseline=round(baseline, 4) if baseline is not None else None)


def _steps(report: Report, first: float, last: float) -> Callable[[float], None]:
    """Between two fractions, told the share that is done, never going back."""
    return lambda share: report(stages.MEASURING, first + (last - first) * min(max(share, 0.0), 1.0))
