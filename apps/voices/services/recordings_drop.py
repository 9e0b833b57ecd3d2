"""Remove what is stored of a voice."""

from __future__ import annotations

from django.db import transaction

from apps.library.storage import storage
from apps.voices.models import RegisteredPerformer


def recordings_drop(performer: RegisteredPerformer) -> None:
    """Forget its recordings; the files, the print and the sample go after the commit.

    What cannot be reached then, the sweeper finds.
    """
    sent = [(recording.stored_name, recording.handle) for recording in performer.recordings.all()]
    folder = performer.folder
    performer.recordings.all().delete()

    def drop() -> None:
        files = storage()
        for name, handle in sent:
            files.incoming.abort(name, handle)
        files.delete_prefix(folder)

    transaction.on_commit(drop, robust=True)
