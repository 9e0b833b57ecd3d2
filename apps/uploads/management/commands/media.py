"""`manage.py media`: set the storage up, verify it, remove what belongs to nothing, and see what takes up room."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.library.paths import DENIED, VERSIONS, WITHDRAWN
from apps.library.services.library_collect import library_collect
from apps.library.storage import StorageAway, storage
from apps.library.usage import Usage, usage_by_kind, usage_by_user, usage_of_storage
from apps.library.verifying import verify
from apps.uploads.models import INCOMING
from apps.uploads.services.uploads_sweep import uploads_sweep


class Command(BaseCommand):
    """Looks after stored files; each action is safe while the site runs."""

    help = "Look after stored files: setup, verify, gc, usage."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One word for what to do, and its options."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("setup", help="make the bucket, and let pages put files into it")
        verifying = actions.add_parser("verify", help="compare what is stored with what was recorded; 1 if it differs")
        verifying.add_argument("--all", action="store_true", help="every file, not the masters alone")
        verifying.add_argument("--sample", type=_share, default=1.0, help="a random share of the versions, as 0.05")
        verifying.add_argument("--seed", type=int, default=0, help="which random share")
        actions.add_parser("gc", help="remove what no row owns and nothing still running may want")
        using = actions.add_parser("usage", help="what takes up room, by kind, by person and by folder")
        using.add_argument("--users", type=int, default=20, help="how many people, those with the most first")

    def handle(self, *, action: str, **options: Any) -> None:
        """Exit code 1 when a file is not what was recorded."""
        try:
            getattr(self, f"_{action}")(options)
        except StorageAway as away:
            raise CommandError(str(away), returncode=2) from away

    def _setup(self, options: dict[str, Any]) -> None:
        # only here: the other actions load the SDK where there is a bucket
        from apps.library.storage.setup import storage_setup

        for line in storage_setup(storage(), settings.SITE_URL):
            self.stdout.write(line)

    def _verify(self, options: dict[str, Any]) -> None:
        files = room = wrong = 0
        for file in verify(everything=options["all"], share=options["sample"], seed=options["seed"]):
            files += 1
            room += file.bytes
            if file.wrong:
                wrong += 1
                self.stdout.write(f"{file.version}/{file.path}: {file.wrong}")
        self.stdout.write(f"{files} files, {_size(room)}: {wrong or 'none'} not as recorded")
        if wrong:
            sys.exit(1)

    def _gc(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        collected, swept = library_collect(now=now), uploads_sweep(now=now)
        self.stdout.write(
            f"removed: {collected.tracks} tracks from the trash, {collected.orphans} folders without a version, "
            f"{collected.marks} marks, {swept.expired} expired uploads, {swept.orphans} files of ended uploads"
        )

    def _usage(self, options: dict[str, Any]) -> None:
        self._table("by kind", usage_by_kind())
        self._table("by person", usage_by_user(options["users"]))
        self._table("in the storage", usage_of_storage((VERSIONS, INCOMING, DENIED, WITHDRAWN)))

    def _table(self, title: str, rows: Iterable[Usage]) -> None:
        self.stdout.write(f"{title}:")
        for row in rows:
            self.stdout.write(f"  {row.of:40} {row.files:>10} files {_size(row.bytes):>12}")


def _share(text: str) -> float:
    share = float(text)
    if not 0.0 < share <= 1.0:
        raise ArgumentTypeError("a share is more than 0 and at most 1")
    return share


def _size(count: int) -> str:
    size, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
