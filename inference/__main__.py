"""`python -m inference "a calm waltz" -o song.flac`: make one song, without a server or a database.

`--all-files DIR` keeps a version; `--operation extend --parent DIR --seconds 90` goes on from it.
"""

from __future__ import annotations

import argparse
import re
import secrets
import shutil
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from inference import registry
from inference.audio.decode import DecodeError, decode
from inference.audio.tag import Tags, tagged_copy
from inference.client import EngineProcess
from inference.engine import Capabilities, EngineError, Operation, Parent, Request
from inference.production import Production

_RENDITIONS = {".flac": "master.flac", ".mp3": "track.mp3"}
_KEY = re.compile(r"[A-G][b#]? (major|minor)")
_TEMPO_RANGE = (30.0, 300.0)
_SEED_LIMIT = 2**31
_LONGEST_PROMPT, _LONGEST_LYRICS = 2000, 5000
_USUAL_SECONDS, _USUAL_EXTENSION = 60.0, 30.0


def main(arguments: list[str] | None = None) -> int:
    """Make the song; progress goes to standard error, facts to standard output. Returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        request = _request(options, registry.get(options.engine).capabilities)
        _check_targets(options.output, options.all_files)
    except (ValueError, DecodeError) as error:
        parser.error(str(error))
    try:
        production = _make(options.engine, request, options.output, options.all_files)
    except (EngineError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Cancelled.", file=sys.stderr)
        return 130
    for name, value in _facts(production):
        print(f"{name + ':':<14}{value}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inference", description="Make one song from a prompt.")
    parser.add_argument("prompt", nargs="?", default="", help='what to make, as "slow bossa nova with guitar"')
    parser.add_argument("-o", "--output", type=Path, default=Path("song.flac"), help=".flac or .mp3 (song.flac)")
    parser.add_argument("--all-files", type=Path, metavar="DIR", help="also keep every file of the version here")
    parser.add_argument("--seconds", type=float, help="of the whole song (60, or as long as the parent)")
    parser.add_argument("--seed", type=int, help="the same seed gives the same song (random)")
    parser.add_argument("--engine", choices=registry.names(), default=registry.DEFAULT)
    parser.add_argument("--genre", default="")
    parser.add_argument("--mood", default="")
    parser.add_argument("--tempo", type=float, help="beats a minute")
    parser.add_argument("--key", default="", help='as "E minor" or "Bb major"')
    parser.add_argument("--sung", action="store_true", help="sing, also without --lyrics")
    parser.add_argument("--lyrics", type=Path, metavar="FILE", help="what is sung, as text in UTF-8")
    parser.add_argument("--language", default="", help='of the lyrics, as "en" (guessed)')
    parser.add_argument("--voice", default="", help="who sings")
    names = [operation.value for operation in Operation]
    parser.add_argument("--operation", choices=names, default=Operation.GENERATE.value, help="what to do with --parent")
    parser.add_argument("--parent", type=Path, metavar="DIR", help="the version to start from, kept with --all-files")
    parser.add_argument(
        "--span", type=float, nargs=2, metavar=("START", "END"), help="the seconds of the parent to repaint"
    )
    return parser


def _request(options: argparse.Namespace, capabilities: Capabilities) -> Request:
    """The request that the options describe; ValueError when the engine cannot fulfil it."""
    operation = Operation(options.operation)
    parent = _parent(options, operation)
    prompt, lyrics = options.prompt.strip(), _lyrics(options.lyrics)
    if (
        not (prompt or lyrics or operation is not Operation.GENERATE)
        or len(prompt) > _LONGEST_PROMPT
        or any(unicodedata.category(character) == "Cc" for character in prompt)
    ):
        raise ValueError(f"the prompt must be 1 to {_LONGEST_PROMPT} characters, none of them a control character")
    if operation not in capabilities.operations:
        can = ", ".join(sorted(each.value for each in capabilities.operations))
        raise ValueError(f"{options.engine} cannot do that; it can {can}")
    sung = bool(options.sung or lyrics)
    if sung and not capabilities.sung:
        raise ValueError(f"{options.engine} does not sing")
    if options.voice and options.voice not in {voice.name for voice in capabilities.voices}:
        raise ValueError(f"the voices are {', '.join(voice.name for voice in capabilities.voices) or 'none'}")
    seconds = _seconds(options, parent)
    if not capabilities.minimum_seconds <= seconds <= capabilities.maximum_seconds:
        shortest, longest = capabilities.minimum_seconds, capabilities.maximum_seconds
        raise ValueError(f"{options.engine} makes songs of {shortest} to {longest} seconds")
    if options.tempo is not None and not _TEMPO_RANGE[0] <= options.tempo <= _TEMPO_RANGE[1]:
        raise ValueError("the tempo must be 30 to 300 beats a minute")
    if options.key and not _KEY.fullmatch(options.key):
        raise ValueError('the key must be written as "E minor" or "Bb major"')
    if options.seed is not None and not 0 <= options.seed < _SEED_LIMIT:
        raise ValueError(f"the seed must be 0 to {_SEED_LIMIT - 1}")
    for control in ("tempo", "key", "genre", "mood"):
        if getattr(options, control) and control not in capabilities.controls:
            raise ValueError(f"{options.engine} cannot be told the {control}")
    return Request(
        prompt=prompt,
        seconds=seconds,
        operation=operation,
        instrumental=not sung,
        lyrics=lyrics,
        language=options.language,
        voice=options.voice,
        span=tuple(options.span) if options.span else None,
        parent=parent,
        seed=secrets.randbelow(_SEED_LIMIT) if options.seed is None else options.seed,
        genre=options.genre,
        mood=options.mood,
        tempo=options.tempo,
        key=options.key,
    )


def _parent(options: argparse.Namespace, operation: Operation) -> Parent | None:
    if operation is Operation.GENERATE:
        if options.parent:
            raise ValueError("say with --operation what to do with the parent")
        return None
    if options.parent is None or not (options.parent / "master.flac").is_file():
        raise ValueError("--parent must name the folder of a version, as --all-files leaves it")
    return Parent(options.parent.resolve(), Request(prompt="", seconds=0.0, seed=0))


def _lyrics(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read as text") from error
    if not text or len(text) > _LONGEST_LYRICS:
        raise ValueError(f"the lyrics must be 1 to {_LONGEST_LYRICS} characters")
    return text


def _seconds(options: argparse.Namespace, parent: Parent | None) -> float:
    """As asked; else as long as the parent, or half a minute longer when it is extended."""
    if options.seconds is not None:
        return float(options.seconds)
    if parent is None:
        return _USUAL_SECONDS
    rate = 8_000
    frames = sum(len(block) for block in decode(parent.folder / "master.flac", rate))
    return frames / rate + (_USUAL_EXTENSION if options.operation == Operation.EXTEND else 0.0)


def _check_targets(output: Path, all_files: Path | None) -> None:
    if output.suffix not in _RENDITIONS:
        raise ValueError(f"{output} must end in .flac or .mp3")
    if not output.parent.is_dir():
        raise ValueError(f"there is no folder {output.parent}")
    if all_files is not None and all_files.exists() and (not all_files.is_dir() or any(all_files.iterdir())):
        raise ValueError(f"{all_files} exists and is not an empty folder")


def _make(engine: str, request: Request, output: Path, all_files: Path | None) -> Production:
    with tempfile.TemporaryDirectory(prefix="refrain-") as temporary:
        folder = Path(temporary) / "version"
        progress = _ProgressLine()
        with EngineProcess() as process:
            try:
                production = process.run(engine, request, folder, on_progress=progress)
            finally:
                progress.end()
        tags = Tags(
            title=production.title,
            artist="Refrain",
            genre=production.genre,
            comment=f"{production.engine} {production.engine_version}, seed {production.seed}: {request.prompt}",
        )
        tagged_copy(folder / _RENDITIONS[output.suffix], output, tags)
        if all_files is not None:
            shutil.copytree(folder, all_files, dirs_exist_ok=True)
    return production


class _ProgressLine:
    """On a terminal one line that changes; elsewhere one line a stage."""

    def __init__(self) -> None:
        self._shown = ""

    def __call__(self, stage: str, fraction: float) -> None:
        terminal = sys.stderr.isatty()
        text = f"{fraction:4.0%} {stage:<24}" if terminal else stage
        if text != self._shown:
            self._shown = text
            print(f"\r{text}" if terminal else text, end="" if terminal else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line."""
        if sys.stderr.isatty():
            print(file=sys.stderr)


def _facts(production: Production) -> Iterator[tuple[str, str]]:
    measured = production.measured
    yield "title", production.title
    yield "engine", f"{production.engine} {production.engine_version} ({production.weights})"
    yield "licence", production.licence
    yield "seed", str(production.seed)
    yield "genre", production.genre
    yield "mood", production.mood
    yield "tempo", _claimed_and_measured(production.tempo, measured.tempo)
    yield "key", _claimed_and_measured(production.key or None, measured.key or None)
    yield "meter", production.meter
    yield "seconds", f"{measured.seconds:.2f}"
    yield "loudness", "silent" if measured.loudness_lufs is None else f"{measured.loudness_lufs:.1f} LUFS"
    yield "true peak", "silent" if measured.true_peak_dbtp is None else f"{measured.true_peak_dbtp:.1f} dBTP"
    yield "energy", f"{measured.energy:.2f}"
    yield "brightness", f"{measured.brightness:.2f}"
    yield "form", ", ".join(section.name for section in production.sections)
    for name in ("kept", "anew", "left_out"):
        if name in production.understood:
            yield name.replace("_", " "), str(production.understood[name])
    if production.words:
        yield "sung", " ".join(word.text for word in production.words)
    yield "files", ", ".join(file.path for file in production.files if not file.path.startswith("hls/"))


def _claimed_and_measured(claimed: object, measured: object) -> str:
    return f"{claimed or 'none'} (measured: {measured or 'none'})"


if __name__ == "__main__":
    sys.exit(main())
