"""A web process for `bench crash`: asks for every song of a list that was not asked for yet, however often it dies.

`python -m bench.harness.asking LIST` reads a JSON list of wishes and ends when all are in the queue.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import django

SLICE_SECONDS = 0.01
"""Between two wishes, and inside each transaction, so that a kill finds some of them half done."""
PRICE = 5
"""Credits for each song."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A song to be asked for; its group is its own, so that it is known whether it was."""

    group: str
    owner: str
    paid: bool
    payload: dict[str, Any]


def write(wishes: Sequence[Wish], file: Path) -> None:
    """The list, for the process to read."""
    file.write_text(json.dumps([asdict(wish) for wish in wishes]))


def main(file: Path) -> None:
    """Ask for them in order."""
    from django.db import DatabaseError, connection

    for row in json.loads(file.read_text()):
        while True:
            try:
                _ask(Wish(**row))
                break
            except DatabaseError:
                connection.close()
                time.sleep(0.2)
        time.sleep(SLICE_SECONDS)


def _ask(wish: Wish) -> None:
    """As the studio does: the hold and the job in one transaction, once."""
    from django.db import transaction
    from django.utils import timezone

    from apps.accounts.models import User
    from apps.jobs.models import Job
    from apps.jobs.services.job_submit import job_submit
    from bench.harness.kinds import Song

    with transaction.atomic():
        # waits for what a killed one may still be committing
        owner = User.objects.select_for_update(no_key=True).get(pk=wish.owner)
        if Job.objects.filter(group=wish.group).exists():
            return
        job_submit(
            owner=owner,
            kind=Song.kind,
            capability="cpu",
            engine="song",
            payload=wish.payload,
            group=UUID(wish.group),
            parallel=4,
            paid=wish.paid,
            expected_seconds=1,
            now=timezone.now(),
            credits=PRICE,
            memo="Bench",
        )
        time.sleep(SLICE_SECONDS)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
