"""The locks that services of the uploads take, always in this order: job, upload, owner."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from apps.accounts.models import User
from apps.uploads.models import Upload


def lock_owner(owner: User) -> None:
    """Let nobody else count this person's uploads until the end of the transaction."""
    _inside()
    User.objects.select_for_update(no_key=True, of=("self",)).only("pk").get(pk=owner.pk)


def locked_upload(upload_id: UUID) -> Upload:
    """The upload as it is now, locked until the end of the transaction; Upload.DoesNotExist when it was forgotten."""
    _inside()
    return Upload.objects.select_for_update(of=("self",)).select_related("owner__plan").get(id=upload_id)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("locks need a transaction")
