"""The weights on this machine: fetched at first use, resumed where they broke off, and checked before every loading."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from inference import stages
from inference.engine import EngineError
from inference.weights.hub import Hub, HubError, RemoteFile
from inference.weights.manifest import Model

Progress = Callable[[str, float], None]
"""Told the stage and the fraction of all that `ensure` does; what it raises ends the work between two chunks."""

INDEX = "weights.json"
"""Beside a model's files: the commit they came from and their hashes."""

_CHUNK = 4 * 2**20
_TRIES = 5
"""In a row that bring not a single byte."""
_FETCHED = 0.8
_ROOM = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's files, whole and unchanged."""

    folder: Path
    repository: str
    commit: str
    """Empty when people put the files there themselves."""
    sha256: str
    """Over every file's path and hash."""

    @property
    def label(self) -> str:
        """As a version records it."""
        return f"{self.repository}@{self.commit[:12] or 'local'} sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class _Index:
    commit: str
    files: tuple[RemoteFile, ...]


def ensure(
    model: Model, root: Path, hub: Hub, progress: Progress, pause: Callable[[float], None] = time.sleep
) -> Weights:
    """The model's weights below `root`, fetched when missing and checked in any case.

    Raises EngineError, with what to do, when they cannot be had or are not what they were; and what `progress` raises.
    """
    folder = root / model.repository.replace("/", "--")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder, progress, pause):
            index = _read_index(folder)
            if index is None and any(folder.glob("**/*.safetensors")):
                index = _placed_by_hand(model, folder, progress)
                _write_index(folder, index)
            if index is None or (index.commit and _missing(folder, index)):
                index = _fetch(model, folder, index, hub, progress, pause)
            damaged = _damaged(model, folder, index, progress)
            if damaged:
                _refuse_unless_fetched(model, folder, index, damaged)
                for path in damaged:
                    (folder / path).unlink(missing_ok=True)
                index = _fetch(model, folder, index, hub, progress, pause)
    except OSError as error:
        raise EngineError(f"The weights of {model.title} cannot be stored in {folder}: {error.strerror}.") from error
    return Weights(folder, model.repository, index.commit, _digest(folder, index))


def _fetch(
    model: Model, folder: Path, index: _Index | None, hub: Hub, progress: Progress, pause: Callable[[float], None]
) -> _Index:
    """Fetch what is missing, of the commit that was begun with if there was one."""
    try:
        if index is None:
            commit, files = hub.files(model.repository, model.revision)
            index = _Index(commit, files)
            _check_listing(model, folder, index)
            _write_index(folder, index)
        whole = max(1, sum(file.bytes for file in index.files))
        for file in index.files:
            before = sum(each.bytes for each in index.files[: index.files.index(file)])
            if not (folder / file.path).exists():
                count = _Count(progress, before, whole)
                _download(model, folder, index.commit, file, hub, count, pause)
    except HubError as error:
        raise EngineError(
            f"The weights of {model.title} ({model.size}) could not be fetched: {error}. "
            f"They can also be put into {folder} by hand.",
            retryable=error.passing,
        ) from error
    # From here on what was fetched is its own measure.
    index = _Index(
        index.commit,
        tuple(
            RemoteFile(file.path, file.bytes, sha256=file.sha256 or _sha256(folder / file.path)) for file in index.files
        ),
    )
    _write_index(folder, index)
    return index


@dataclass(frozen=True, slots=True)
class _Count:
    progress: Progress
    before: int
    whole: int

    def __call__(self, done: int) -> None:
        self.progress(stages.FETCHING, _FETCHED * min(1.0, (self.before + done) / self.whole))


def _download(
    model: Model,
    folder: Path,
    commit: str,
    file: RemoteFile,
    hub: Hub,
    count: Callable[[int], None],
    pause: Callable[[float], None],
) -> None:
    """Bring one file, going on where an earlier try stopped; one that is not what the hub promised goes away."""
    part = folder / f"{file.path}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    tries = wrong = 0
    while True:
        had = part.stat().st_size if part.exists() else 0
        count(had)
        try:
            if had < file.bytes or not part.exists():
                _go_on(part, model.repository, commit, file, hub, count)
            if part.stat().st_size == file.bytes and _is_right(part, file, model):
                part.replace(folder / file.path)
                return
            wrong += 1
            part.unlink()
            if wrong > 1:
                raise HubError(f"{file.path} arrived twice with other content than the hub promises", passing=False)
        except HubError as error:
            now = part.stat().st_size if part.exists() else 0
            tries = 0 if now > had else tries + 1
            if not error.passing or tries >= _TRIES:
                raise
            pause(min(8.0, 0.5 * 2**tries))


def _go_on(part: Path, repository: str, commit: str, file: RemoteFile, hub: Hub, count: Callable[[int], None]) -> None:
    had = part.stat().st_size if part.exists() else 0
    with hub.open(repository, commit, file.path, had) as (start, chunks), part.open("r+b" if start else "wb") as target:
        target.seek(start)
        done = start
        for chunk in chunks:
            # A server that does not stop must not fill the disk.
            done += target.write(chunk[: file.bytes - done + 1])
            count(min(done, file.bytes))
            if done > file.bytes:
                break


def _check_listing(model: Model, folder: Path, index: _Index) -> None:
    whole = sum(file.bytes for file in index.files)
    if not any(file.path.endswith(".safetensors") for file in index.files):
        raise HubError("the hub has no safetensors of them", passing=False)
    if whole > 2 * model.bytes + _ROOM:
        raise HubError(f"the hub offers {whole / 1e9:.1f} GB, which cannot be right", passing=False)
    if shutil.disk_usage(folder).free < whole + _ROOM:
        raise EngineError(
            f"The weights of {model.title} need {whole / 1e9:.1f} GB, and {folder} has not that much room.",
        )


def _placed_by_hand(model: Model, folder: Path, progress: Progress) -> _Index:
    """Take files that people put there as they are, if none of them is cut short."""
    files = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file() and not each.name.startswith(".")):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in {".json", ".txt", ".safetensors", ".model"} or name == INDEX:
            continue
        if path.suffix == ".safetensors" and not _is_whole(path):
            raise EngineError(f"The weights of {model.title} in {folder} are not complete: {name} is cut short.")
        progress(stages.LOADING, 0.0)
        files.append(RemoteFile(name, path.stat().st_size, sha256=_sha256(path)))
    return _Index("", tuple(files))


def _refuse_unless_fetched(model: Model, folder: Path, index: _Index, damaged: tuple[str, ...]) -> None:
    if not index.commit:
        raise EngineError(
            f"The weights of {model.title} in {folder} are not what they were: {damaged[0]} has changed. "
            f"If that was on purpose, delete {INDEX} there."
        )


def _damaged(model: Model, folder: Path, index: _Index, progress: Progress) -> tuple[str, ...]:
    whole, done, damaged = max(1, sum(file.bytes for file in index.files)), 0, []
    for file in index.files:
        path = folder / file.path
        right = path.exists() and path.stat().st_size == file.bytes

        def tell(count: int, before: int = done) -> None:
            progress(stages.LOADING, _FETCHED + (1 - _FETCHED) * min(1.0, (before + count) / whole))

        if not right or not _is_right(path, file, model, tell):
            damaged.append(file.path)
        done += file.bytes
    return tuple(damaged)


def _missing(folder: Path, index: _Index) -> bool:
    return any(not (folder / file.path).exists() for file in index.files)


def _is_right(path: Path, file: RemoteFile, model: Model, tell: Callable[[int], None] = lambda count: None) -> bool:
    """Whether the content is what the manifest, if it knows, and the index say."""
    known = model.sha256.get(file.path)
    if file.git_sha1:
        content = path.read_bytes()
        blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
        return blob == file.git_sha1 and known in {None, hashlib.sha256(content).hexdigest()}
    actual = _sha256(path, tell)
    return actual == file.sha256 and known in {None, actual}


def _is_whole(path: Path) -> bool:
    """Whether a safetensors file is as long as its header says: 8 bytes of length, the header, then the tensors."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if not 2 <= length <= 100 * 2**20:
            return False
        try:
            header = json.loads(file.read(length))
            ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            return False
    return path.stat().st_size == 8 + length + max(ends, default=0)


def _sha256(path: Path, tell: Callable[[int], None] = lambda count: None) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            tell(done)
    return digest.hexdigest()


def _digest(folder: Path, index: _Index) -> str:
    lines = sorted(f"{file.sha256 or _sha256(folder / file.path)}  {file.path}\n" for file in index.files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _read_index(folder: Path) -> _Index | None:
    try:
        content: Mapping[str, Any] = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        return _Index(str(content["commit"]), tuple(RemoteFile(**entry) for entry in content["files"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(f"{folder / INDEX} cannot be read. Delete it, and the weights are looked at anew.") from error


def _write_index(folder: Path, index: _Index) -> None:
    content = {"commit": index.commit, "files": [asdict(file) for file in index.files]}
    new = folder / f"{INDEX}.new"
    new.write_text(json.dumps(content, indent=1), encoding="utf-8")
    new.replace(folder / INDEX)


@contextmanager
def _alone(folder: Path, progress: Progress, pause: Callable[[float], None]) -> Iterator[None]:
    """Only one process fetches or checks a model at a time; the others wait, and can be cancelled meanwhile."""
    with (folder / ".lock").open("w", encoding="ascii") as lock:
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            progress(stages.FETCHING, 0.0)
            pause(0.2)
        yield
