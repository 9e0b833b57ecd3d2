"""The embedded services are the real thing."""

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_database_is_a_postgresql_with_vectors() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION vector")
        cursor.execute("SELECT '[1,2]'::vector <-> '[1,3]'::vector")
        assert cursor.fetchone() == (1.0,)


def test_cache_is_a_redis() -> None:
    cache.set("word", "refrain")
    assert cache.get("word") == "refrain"
