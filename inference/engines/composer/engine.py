"""The composer: the embedded default engine, which writes a score and plays it on any CPU."""

from __future__ import annotations

import math

from inference.engine import (
    Capabilities,
    Context,
    Device,
    EngineError,
    Licence,
    Operation,
    Request,
    Result,
    Section,
    VoiceFact,
)
from inference.engines.composer.genres.catalogue import GENRES
from inference.engines.composer.reading.moods import MOODS
from inference.engines.composer.reading.words import INSTRUMENTS
from inference.engines.composer.score import METERS, Role, Score
from inference.engines.composer.score_json import Piece, to_json
from inference.engines.composer.ticks import Tick
from inference.singing.languages import LANGUAGES
from inference.singing.voices import VOICES

VERSION = "3"
MINIMUM_SECONDS = 10
MAXIMUM_SECONDS = 240
SAMPLE_RATE = 44_100

_WRITTEN, _PLAYED, _MIXED, _MASTERED = 0.03, 0.8, 0.86, 0.94
"""The fraction done when each step ends."""

_CAPABILITIES = Capabilities(
    operations=frozenset(
        {
            Operation.GENERATE,
            Operation.VARIATION,
            Operation.COVER,
            Operation.EXTEND,
            Operation.REPAINT,
            Operation.REFERENCE,
            Operation.NEW_LYRICS,
        }
    ),
    trained=False,
    sung=True,
    instrumental=True,
    languages=LANGUAGES,
    controls=frozenset({"tempo", "key", "genre", "mood", "seed", "meter", "instruments", "energy", "voice"}),
    minimum_seconds=MINIMUM_SECONDS,
    maximum_seconds=MAXIMUM_SECONDS,
    sample_rate=SAMPLE_RATE,
    device=Device.CPU,
    memory_mb=700,
    licence=Licence(
        "TimGM6mb SoundFont, GPL-2.0: what is played with it is yours",
        "https://packages.debian.org/stable/timgm6mb-soundfont",
        commercial=True,
    ),
    credits_per_minute=8,
    genres=tuple(sorted(GENRES)),
    moods=tuple(MOODS),
    instruments=tuple(INSTRUMENTS),
    meters=tuple(METERS),
    voices=tuple(VoiceFact(voice.name, voice.title, voice.range) for voice in VOICES.values()),
    understands=True,
    needs_score=frozenset({Operation.COVER, Operation.EXTEND, Operation.REPAINT, Operation.NEW_LYRICS}),
)


class Composer:
    """Writes and plays songs; the same request and seed give the same samples."""

    name = "composer"
    title = "Composer"
    version = VERSION
    capabilities = _CAPABILITIES

    def generate(self, request: Request, context: Context) -> Result:
        """Compose, play, mix and master; EngineError when the request is beyond the capabilities."""
        _check(request)
        context.progress("reading", 0.0)
        # Here, so that asking for the capabilities imports nothing heavy.
        from inference.engines.composer.mixing import mastering
        from inference.engines.composer.mixing.mixer import mix
        from inference.engines.composer.operations import beginning, splicing
        from inference.engines.composer.playing import soundfont

        context.progress("writing", 0.0)
        todo = beginning.begin(request, lambda f: context.progress("writing", _WRITTEN * f))
        piece = todo.piece
        score, reading = piece.score, piece.reading
        folder = context.folder / "stems"
        folder.mkdir(parents=True, exist_ok=True)
        style = reading.genre.mix

        def told(stage: str, start: float, end: float) -> Tick:
            return lambda fraction: context.progress(stage, start + (end - start) * fraction)

        playing = told("playing", _WRITTEN, _PLAYED)
        if todo.kept and todo.kept.only == {Role.VOCALS.value}:
            mixed = splicing.sing_again(piece, folder, playing)
        else:
            mixed = mix(score, style, reading.space, piece.seed, folder, playing)
        context.progress("mixing", _PLAYED)
        if todo.kept:
            mixed = splicing.join_stems(mixed, todo.kept, told("mixing", _PLAYED, _MIXED))
        context.progress("mastering", _MIXED)
        bright = style.bright + 1.5 * reading.bright
        mastering.master(mixed.samples, bright, style.glue, told("mastering", _MIXED, _MASTERED))
        if todo.kept:
            splicing.join_master(mixed.samples, todo.kept, told("mastering", _MASTERED, 1.0))
        context.progress("mastering", 1.0)
        return Result(
            mix=mixed.samples,
            sample_rate=SAMPLE_RATE,
            seed=request.seed,
            tempo=reading.tempo,
            key=reading.key.name,
            meter=reading.meter.name,
            genre=reading.genre.name,
            mood=reading.moods[0] if reading.moods else "",
            title=reading.title,
            stems=mixed.stems,
            score=to_json(piece),
            sections=_sections(score),
            words=mixed.words,
            understood={**reading.as_json(), **(todo.told or {})},
            weights=soundfont.identity(),
            parameters={"seconds": score.seconds, "seed": request.seed, **_singing(piece)},
        )


def _singing(piece: Piece) -> dict[str, str]:
    """The words as they stand in the lyrics, which the composer may have written itself, and who sings them."""
    vocal = piece.score.vocal
    if vocal is None:
        return {}
    return {"lyrics": piece.request.lyrics, "language": vocal.language, "voice": vocal.voice}


def _check(request: Request) -> None:
    if request.operation not in _CAPABILITIES.operations:
        can = ", ".join(sorted(operation.value.replace("_", " ") for operation in _CAPABILITIES.operations))
        raise EngineError(f"The composer cannot do “{request.operation.value}”; it can {can}.")
    if not math.isfinite(request.seconds) or not MINIMUM_SECONDS <= request.seconds <= MAXIMUM_SECONDS:
        raise EngineError(
            f"Songs from {MINIMUM_SECONDS} to {MAXIMUM_SECONDS} seconds can be made, not {request.seconds:g}."
        )
    if request.tempo is not None and not math.isfinite(request.tempo):
        raise EngineError("The tempo must be a number of beats a minute.")


def _sections(score: Score) -> tuple[Section, ...]:
    beats = score.meter.beats
    spans = [
        Section(s.name, round(score.clock.seconds(s.start * beats), 4), round(score.clock.seconds(s.end * beats), 4))
        for s in score.spans
    ]
    last = spans[-1]
    spans[-1] = Section(last.name, last.start, score.seconds)
    return tuple(spans)
