"""Store what an engine made as a version: its files before the transaction, its rows inside it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Max

from apps.accounts.models import User
from apps.library.covers import CoverFacts, write_covers
from apps.library.marks import marks_follow
from apps.library.models import TITLE_LENGTH, Rendition, Track, Version
from apps.library.paths import MASTER, MEDIA_TYPES, prefix_of, role_of
from apps.library.signed_heads import sign_after_commit, signed_folder
from apps.library.storage import full_is_clear, storage

UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class SectionFact:
    """A span of the form, in seconds."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class WordFact:
    """A sung word, in seconds, and the line of the lyrics it belongs to."""

    text: str
    start: float
    end: float
    line: int


@dataclass(frozen=True, slots=True)
class NewVersion:
    """How a version was made and what was measured; the fields of `Version`, and what a new track takes from it."""

    operation: str
    engine: str
    engine_version: str
    weights: str
    licence: str
    commercial: bool
    seed: int
    prompt: str
    seconds: float
    sample_rate: int
    channels: int
    energy: float
    brightness: float
    lyrics: str = ""
    instrumental: bool = True
    genre: str = ""
    mood: str = ""
    tempo: float | None = None
    key: str = ""
    meter: str = ""
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None
    measured_tempo: float | None = None
    measured_key: str = ""
    vocal_presence: float | None = None
    sections: Sequence[SectionFact] = ()
    words: Sequence[WordFact] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    understood: Mapping[str, Any] = field(default_factory=dict)
    heard: Mapping[str, Any] = field(default_factory=dict)
    reference: UUID | None = None
    source_type: str = ""
    """One of `apps.library.provenance.SourceType`; empty for what somebody sent."""
    job: UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a version as it lies in the storage; `path` is relative to the version's prefix."""

    role: str
    path: str
    bytes: int
    sha256: str
    media_type: str


def version_files_store(
    *,
    version_id: UUID,
    folder: Path,
    new: NewVersion,
    picture: bytes | None = None,
    sign: Callable[[Path], None] = lambda _: None,
) -> tuple[StoredFile, ...]:
    """Draw the covers into `folder`, move it into the storage, and say what lies there; call it before the transaction.

    With `picture`, a JPEG, that is the cover. `sign` is called with the folder when all files are in it. ValueError
    when the folder holds anything that is no file of a version, or no master. StorageFull when there is no room; then
    nothing is kept. `version_files_discard` undoes it.
    """
    with full_is_clear():
        write_covers(folder, _cover_facts(version_id, new), picture)
    files = tuple(_files(folder))
    if not any(file.path == MASTER for file in files):
        raise ValueError(f"{folder} holds no {MASTER}")
    sign(folder)
    storage().put_folder(prefix_of(version_id), folder)
    return files


def version_files_discard(version_id: UUID) -> None:
    """Remove the files of a version that was not created after all."""
    if Version.objects.filter(id=version_id).exists():
        raise ValueError(f"version {version_id} exists: its files are kept")
    storage().delete_prefix(prefix_of(version_id))
    storage().delete_prefix(signed_folder(version_id))


def version_draft(
    *,
    version_id: UUID,
    owner: User,
    track: Track | None,
    parent: Version | None,
    new: NewVersion,
    title: str,
    now: datetime,
) -> Version:
    """The version as `version_create` would make it now, in no table: what its files say is told from it."""
    track = track or Track(owner=owner, title=_title(title), genre=new.genre[:40], created_at=now)
    return Version(id=version_id, track=track, parent=parent, created_at=now, **_facts(new))


def version_create(
    *,
    version_id: UUID,
    owner: User,
    track: Track | None,
    parent: Version | None,
    new: NewVersion,
    files: Sequence[StoredFile],
    title: str,
    now: datetime,
) -> Version:
    """Create the version, and its track when `track` is None, inside the caller's transaction.

    It becomes current in a private track; one that is shared goes on sounding as it did until its owner chooses.
    Locks the track. ValueError when the track is not the owner's or the parent not of the track.
    """
    master = next(file for file in files if file.path == MASTER)
    if track is None:
        track = _track_create(owner, new, title, now)
    else:
        track = Track.objects.select_for_update().get(id=track.id)
    if track.owner_id != owner.id:
        raise ValueError(f"track {track.id} is not {owner.id}'s")
    if parent is not None and parent.track_id != track.id:
        raise ValueError(f"version {parent.id} is not of track {track.id}")
    last = track.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version(
        id=version_id,
        track=track,
        parent=parent,
        number=last + 1,
        created_at=now,
        master_sha256=master.sha256,
        **_facts(new),
    )
    version.full_clean(exclude=["track", "parent"], validate_unique=False, validate_constraints=False)
    version.save(force_insert=True)
    Rendition.objects.bulk_create(Rendition(version=version, **asdict(file)) for file in files)
    if track.current_version_id is None or track.visibility == Track.Visibility.PRIVATE:
        track.current_version = version
        track.save(update_fields=["current_version"])
    marks_follow(track)
    sign_after_commit(version.id)
    return version


def _track_create(owner: User, new: NewVersion, title: str, now: datetime) -> Track:
    track = Track(owner=owner, title=_title(title), genre=new.genre[:40], mood=new.mood[:40], created_at=now)
    track.save(force_insert=True)
    return track


def _title(title: str) -> str:
    return " ".join(title.split())[:TITLE_LENGTH].strip() or UNTITLED


def _facts(new: NewVersion) -> dict[str, Any]:
    """The columns of a version that come from `new` as they are."""
    facts = asdict(new)
    for name in ("genre", "mood"):
        del facts[name]
    for name in ("sections", "words"):
        facts[name] = list(facts[name])
    for name, value in facts.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ValidationError({name: [f"{value} is not a number that can be stored."]})
    return facts


def _cover_facts(version_id: UUID, new: NewVersion) -> CoverFacts:
    total = max(new.seconds, 0.001)
    return CoverFacts(
        seed=version_id.bytes,
        key=new.measured_key or new.key,
        energy=new.energy,
        brightness=new.brightness,
        form=tuple((section.name, (section.end - section.start) / total) for section in new.sections),
    )


def _files(folder: Path) -> Iterator[StoredFile]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path} is neither a file nor a folder")
        if path.is_dir():
            continue
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield StoredFile(
            role=role_of(relative),
            path=relative.as_posix(),
            bytes=path.stat().st_size,
            sha256=digest,
            media_type=MEDIA_TYPES[relative.suffix],
        )
