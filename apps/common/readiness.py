"""Whether this site can serve: the database answers and has every migration; Redis is told but not needed to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache as remembered

import redis
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

    @property
    def ready(self) -> bool:
        """Whether requests can be sent here."""
        return self.database and self.migrated


def readiness() -> Readiness:
    """Ask all of them now. Migrations are looked at until they are complete: they cannot become less so."""
    return Readiness(*_database(), redis=_redis_answers())


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


@remembered
def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.3, socket_timeout=1.0, retry=Retry(NoBackoff(), 1)
    )
