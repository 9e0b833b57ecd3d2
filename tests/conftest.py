"""The tests' database."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Where every table is emptied between tests, the ledger has to let go; its own tests forbid it again."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in ("transfer", "answer", "account", "lot"):
            cursor.execute(f"ALTER TABLE wallets_{table} DISABLE TRIGGER wallets_{table}_whole")
