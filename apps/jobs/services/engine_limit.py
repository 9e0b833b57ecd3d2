"""Change how many jobs of an engine may run at once."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from apps.accounts.models import User
from apps.jobs.models import EngineLimit
from apps.jobs.services.wake import wake_after_commit

log = structlog.get_logger(__name__)


@transaction.atomic
def engine_limit_set(
    *, limit: EngineLimit, max_running: int | None, reason: str, by: User, now: datetime
) -> EngineLimit:
    """Set the limit (None for none), remember who and why, wake workers; jobs above a lowered one run to their end."""
    locked = EngineLimit.objects.select_for_update().get(pk=limit.pk)
    before = locked.max_running
    locked.max_running = max_running
    locked.reason = reason
    locked.changed_by = by
    locked.changed_at = now
    locked.full_clean(exclude=["running", "claimed"])
    locked.save(update_fields=["max_running", "reason", "changed_by", "changed_at"])
    wake_after_commit(locked.capability)
    log.info("engine_limit_set", engine=locked.engine, before=before, after=max_running, by=str(by.pk), reason=reason)
    return locked
