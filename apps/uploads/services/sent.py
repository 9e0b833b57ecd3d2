"""What people sent and nothing needs any more."""

from __future__ import annotations

from django.db import transaction

from apps.library.storage import storage
from apps.uploads.models import Upload


def drop_sent(upload: Upload) -> None:
    """Remove the parts and the file after the commit; what cannot be reached then, the sweeper finds."""
    name, folder, handle = upload.stored_name, upload.folder, upload.handle

    def drop() -> None:
        files = storage()
        if handle is not None:
            files.incoming.abort(name, handle)
        files.delete_prefix(folder)

    transaction.on_commit(drop, robust=True)
