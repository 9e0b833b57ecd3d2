"""Tell a worker that something waits; only a hint, because the schedule finds what a lost one leaves."""

from __future__ import annotations

import structlog
from celery import current_app

PROCESS = "wallets.stripe.process"
FORGET = "wallets.stripe.forget"
HURRY = "wallets.stripe.hurry"

log = structlog.get_logger(__name__)


def wake(task: str = PROCESS, *arguments: str) -> None:
    """Send it, and never fail: what there is to do is safe in the database."""
    try:
        current_app.send_task(task, args=arguments, retry=False, expires=60)
    except Exception as error:  # whatever a broker's client raises
        log.warning("stripe_wake_lost", task=task, error=str(error))
