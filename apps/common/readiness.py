"""Whether this site can serve: the database answers and has every migration; Redis and the broker are only told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache as remembered

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.backoff import NoBackoff
from redis.retry import Retry

_MIGRATED: set[bool] = set()


@dataclass(frozen=True, slots=True)
class Readiness:
    """What answers."""

    database: bool
    migrated: bool
    redis: bool
    broker: bool

    @property
    def ready(self) -> bool:
        """Whether requests can be sent here."""
        return self.database and self.migrated


def readiness() -> Readiness:
    """Ask all of them now. Migrations are looked at until they are complete: they cannot become less so."""
    redis_answers = _redis_answers()
    broker = redis_answers if _redis_is_broker() else _broker_answers()
    return Readiness(*_database(), redis=redis_answers, broker=broker)


def _database() -> tuple[bool, bool]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _MIGRATED:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return True, False
            _MIGRATED.add(True)
    except DatabaseError:
        return False, False
    return True, True


def _redis_answers() -> bool:
    try:
        return bool(_redis().ping())
    except redis.RedisError:
        return False


def _redis_is_broker() -> bool:
    return bool(settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1) == settings.REDIS_URL)


def _broker_answers() -> bool:
    """Jobs are kept without it; they only start later."""
    try:
        # the URL as it is now, and none of the pool's connections, which may be older than the trouble
        with current_app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=1) as broker:
            broker.connect()
            broker.channel()
    except Exception:  # whatever a broker's client raises
        return False
    return True


@remembered
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.3, socket_timeout=1.0, retry=Retry(NoBackoff(), 1)
    )
