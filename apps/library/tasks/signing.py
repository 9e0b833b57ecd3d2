"""Sign what people will take away: the heads of a version's files, so that the web only sends them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from apps.library.heads import Head, head_of
from apps.library.models import Version
from apps.library.paths import COVER_JPEG, MASTER, MP3, prefix_of
from apps.library.provenance import statement_of
from apps.library.signed_heads import TASK, keep_signed, unsigned
from apps.library.storage import StorageAway, StorageFull, storage
from inference.provenance import manifest, tags
from inference.provenance.manifest import NotSigned
from inference.provenance.marking import signed_head
from inference.provenance.signing import CERTIFICATE, KEY, Credentials, NoCredentials, credentials
from inference.provenance.statement import Statement

_BLOCK = 1024 * 1024

Opener = Callable[[str], IO[bytes]]
"""Opens a file of the version by its path."""

log = structlog.get_logger(__name__)


@shared_task(name=TASK)
def sign(version_id: str) -> None:
    """Make the signed heads that a version has not got for its track's title of today."""
    version = Version.objects.select_related("track__owner").filter(id=UUID(version_id)).first()
    if version is None:
        return
    prefix = prefix_of(version.id)
    stems = version.renditions.filter(role="stem").values_list("path", flat=True)
    try:
        heads_sign(version, stems=list(stems), opener=lambda path: storage().open(f"{prefix}/{path}"))
    except (FileNotFoundError, StorageAway, StorageFull) as error:
        # whoever downloads it asks again
        log.warning("not_signed", version=version_id, error=str(error))


def folder_sign(version: Version, folder: Path) -> None:
    """Make the signed heads of a version that is not stored yet, from its folder; what fails is made later."""
    stems = sorted(path.relative_to(folder).as_posix() for path in (folder / "stems").glob("*.flac"))
    try:
        heads_sign(version, stems=stems, opener=lambda path: (folder / path).open("rb"))
    except (FileNotFoundError, StorageAway, StorageFull) as error:
        log.warning("not_signed", version=str(version.id), error=str(error))


def heads_sign(version: Version, *, stems: list[str], opener: Opener) -> None:
    """Sign the song's MP3 and FLAC and each stem, unless that was done.

    Nothing for a recording as it was sent. Without credentials that work nothing is signed, and the log says so.
    """
    statement, track = statement_of(version), version.track
    if statement is None:
        return
    with opener(COVER_JPEG) as file:
        cover = file.read()
    heads: dict[str, Head] = {}
    for path in (MP3, MASTER, *stems):
        with opener(path) as file:
            heads[path] = head_of(file, path, track, version, cover if path in {MP3, MASTER} else b"")
    missing = unsigned(version.id, {path: head.data for path, head in heads.items()})
    if not missing:
        return
    with _logged(version.id), _scratch() as scratch:
        signer = signer_here()
        for place, path in enumerate(missing):
            title = track.title if path in {MP3, MASTER} else Path(path).stem
            signed = _signed(path, heads[path], opener, statement, signer, scratch, title)
            keep_signed(version.id, path, heads[path].data, signed, scratch / f"head-{place}")


def preview_sign(path: Path, draft: Version) -> None:
    """Tag and sign a file that is kept as it is sent; where it cannot be signed it is tagged, and the log says so."""
    statement = statement_of(draft)
    if statement is None:
        return
    with _logged(None):
        tags.write(path, statement)
    with _logged(None):
        manifest.sign(path, statement, signer_here())


def signer_here() -> Credentials:
    """Whoever signs on this installation; NoCredentials."""
    named = {CERTIFICATE: settings.PROVENANCE_CERTIFICATE, KEY: settings.PROVENANCE_KEY}
    return credentials(settings.PROVENANCE_FOLDER, timezone.now(), named)


def _signed(
    path: str, head: Head, opener: Opener, statement: Statement, signer: Credentials, scratch: Path, title: str
) -> bytes:
    def copy_body(target: Path) -> None:
        with opener(path) as source, target.open("ab") as copy:
            source.seek(head.offset)
            shutil.copyfileobj(source, copy, _BLOCK)

    return signed_head(Path(path).suffix, head.data, copy_body, statement, signer, folder=scratch, title=title)


@contextmanager
def _scratch() -> Iterator[Path]:
    base: Path = settings.SCRATCH
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="signing-", dir=base) as folder:
        yield Path(folder)


@contextmanager
def _logged(version_id: UUID | None) -> Iterator[None]:
    """A certificate that does not work must not cost anybody a song."""
    try:
        yield
    except (NoCredentials, NotSigned, ValueError) as error:
        log.error("not_signed", version=str(version_id or ""), error=str(error))
