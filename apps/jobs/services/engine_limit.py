"""Change how many jobs of an engine may run at once, and for which plans it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction

from apps.accounts.models import Plan, User
from apps.jobs.models import EngineLimit, EngineLimitChange
from apps.jobs.services.wake import wake_after_commit

log = structlog.get_logger(__name__)


@transaction.atomic
def engine_limit_set(
    *, limit: EngineLimit, max_running: int | None, plans: Sequence[str], reason: str, by: User, now: datetime
) -> EngineLimit:
    """Set how many run at once (None for no limit) and the plans it is for (none for all), remember who and why.

    Jobs above a lowered limit, and those that other plans sent before, run to their end. ValidationError for a plan
    that does not exist.
    """
    known = set(Plan.objects.filter(slug__in=plans).values_list("slug", flat=True))
    if missing := sorted(set(plans) - known):
        raise ValidationError({"plans": [f"There is no plan {', '.join(missing)}."]})
    locked = EngineLimit.objects.select_for_update().get(pk=limit.pk)
    before = locked.max_running, locked.plans
    locked.max_running = max_running
    locked.plans = sorted(known)
    locked.reason = reason
    locked.changed_by = by
    locked.changed_at = now
    locked.full_clean(exclude=["running", "pace", "planned_seconds", "overrun_seconds"])
    locked.save(update_fields=["max_running", "plans", "reason", "changed_by", "changed_at"])
    EngineLimitChange.objects.create(
        limit=locked, max_running=max_running, plans=locked.plans, reason=reason, changed_by=by, changed_at=now
    )
    wake_after_commit(locked.capability)
    log.info(
        "engine_limit_set",
        engine=locked.engine,
        before=before,
        after=(max_running, locked.plans),
        by=str(by.pk),
        reason=reason,
    )
    return locked


def engine_limit_known(*, capability: str, engine: str) -> None:
    """Make the engine's row, so that an operator can limit it before its first job."""
    EngineLimit.objects.get_or_create(capability=capability, engine=engine)
