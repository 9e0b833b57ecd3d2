"""What has run out is thrown away, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from apps.accounts.tasks import tidy_up
from tests.world import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_sessions_that_ended_leave_no_trace() -> None:
    make_user("clara@example.org", password=PASSWORD)
    ended, current = Client(), Client()
    for client in (ended, current):
        client.post("/accounts/login/", {"login": "clara@example.org", "password": PASSWORD})
    Session.objects.filter(pk=ended.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    tidy_up()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [current.session.session_key]
    assert current.get("/you/").status_code == 200


def test_it_is_on_the_schedule() -> None:
    assert PeriodicTask.objects.get(task=tidy_up.name).enabled
