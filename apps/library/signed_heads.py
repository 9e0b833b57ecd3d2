"""Signed heads of downloads: made by a worker for a title and a cover, kept beside the stored files, sent by the web.

A head belongs to the plain one that it was made from: another title is another head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

import structlog
from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError

from apps.library.models import Version
from apps.library.provenance import source_type_of
from apps.library.storage import storage

SIGNED = "signed"
"""The folder of the storage with signed heads, by version."""
TASK = "library.sign"
HEAD = "head"
_ASKED_AGAIN_SECONDS = 60

log = structlog.get_logger(__name__)


def signed_folder(version_id: UUID) -> str:
    """Where the storage keeps a version's signed heads."""
    return f"{SIGNED}/{version_id}"


def kept_at(version_id: UUID, path: str, plain: bytes) -> str:
    """The folder of the signed head that takes the place of a plain one."""
    digest = hashlib.sha256(path.encode() + b"\0" + plain).hexdigest()
    return f"{signed_folder(version_id)}/{digest[:40]}"


def signed_or_plain(version: Version, path: str, plain: bytes) -> bytes:
    """The signed head, where there is one; else the plain one, and a worker is asked for the other."""
    if source_type_of(version) is None:
        return plain
    try:
        with storage().open(f"{kept_at(version.id, path, plain)}/{HEAD}") as file:
            return file.read()
    except FileNotFoundError:
        ask_to_sign(version.id)
        return plain


def keep_signed(version_id: UUID, path: str, plain: bytes, signed: bytes, scratch: Path) -> None:
    """Keep a signed head; one that is there stays."""
    scratch.mkdir()
    (scratch / HEAD).write_bytes(signed)
    try:
        storage().put_folder(kept_at(version_id, path, plain), scratch)
    except FileExistsError:
        return


def unsigned(version_id: UUID, plain: Mapping[str, bytes]) -> list[str]:
    """The paths whose plain heads have no signed ones yet."""
    return [path for path, head in plain.items() if not storage().exists(f"{kept_at(version_id, path, head)}/{HEAD}")]


def sign_after_commit(version_id: UUID) -> None:
    """Have a worker make the signed heads once the transaction around this commits."""
    transaction.on_commit(lambda: _send(version_id), robust=True)


def ask_to_sign(version_id: UUID) -> None:
    """Have a worker make what is missing; asked again within a minute, nothing is sent."""
    if cache.add(f"sign:{version_id}", 1, _ASKED_AGAIN_SECONDS):
        _send(version_id)


def _send(version_id: UUID) -> None:
    try:
        current_app.send_task(TASK, args=[str(version_id)], retry=False)
    except (OperationalError, OSError) as away:
        # the next download asks again
        log.warning("signing_not_asked", version=str(version_id), error=str(away))
