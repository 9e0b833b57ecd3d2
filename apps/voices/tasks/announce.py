"""Make known what a worker can do with voices, so that operators can limit and price it before the first job."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import signals
from django.utils import timezone

from apps.jobs.services.engine_limit import engine_limit_known
from apps.voices.protected.services import LEARN, LISTEN
from apps.voices.services.performer_register import ENGINE as REGISTER
from apps.voices.services.swap_request import ANNOUNCED, CAPABILITY, ENGINES
from apps.wallets.prices.services import price_announced


def voices_announce(*, now: datetime) -> None:
    """Announce everything that runs on `CAPABILITY`; safe from many workers at once."""
    for engine in (*ENGINES.values(), REGISTER, LEARN, LISTEN):
        engine_limit_known(capability=CAPABILITY, engine=engine)
    for engine, credits_per_minute in ANNOUNCED.items():
        price_announced(engine=engine, credits_per_minute=credits_per_minute, now=now)


@signals.worker_ready.connect
def _on_ready(sender: Any, **_: Any) -> None:
    if CAPABILITY in sender.app.amqp.queues.consume_from:
        voices_announce(now=timezone.now())
