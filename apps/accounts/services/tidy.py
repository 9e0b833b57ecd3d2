"""Throw away what has run out: kept answers, sessions, and where those sessions came from."""

from __future__ import annotations

from datetime import datetime

import structlog
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from apps.accounts.idempotency import forget_old_answers

log = structlog.get_logger(__name__)


def tidy(*, now: datetime) -> None:
    """Delete them; addresses and browsers of people are kept no longer than their session."""
    answers = forget_old_answers(now)
    sessions = Session.objects.filter(expire_date__lt=now).delete()[0]
    traces = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]
    log.info("accounts-tidied", answers=answers, sessions=sessions, traces=traces)
