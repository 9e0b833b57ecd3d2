"""How Python calls the ledger's SQL functions, and what it refuses before it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.db.backends.utils import CursorWrapper
from psycopg import Cursor

from apps.wallets.errors import BadAmount, KeyReused
from apps.wallets.models import KEY_LENGTH, MAX_AMOUNT, MEMO_LENGTH
from apps.wallets.references import Reference


def call(sql: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
    """The one row that a function of the ledger answers; KeyReused when two accounts raced for one key."""
    with _cursor() as cursor:
        try:
            cursor.execute(sql, parameters)
        except IntegrityError as error:
            if "wallets_answer_pkey" in str(error):
                raise KeyReused("the key was used for another wallet at the same moment") from error
            raise
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def _cursor() -> CursorWrapper:
    """Django's cursor, but one that sends parameters beside the statement: it costs half of writing them into it.

    A statement that a connection has sent a few times is prepared there (`prepare_threshold`).
    """
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor: Any = Cursor(connection.connection)
    return connection.make_debug_cursor(cursor) if connection.queries_logged else connection.make_cursor(cursor)


def checked_amount(amount: int) -> int:
    """A whole number of credits that one transfer can move; BadAmount for everything else, True and 8.0 included."""
    if type(amount) is not int or not 1 <= amount <= MAX_AMOUNT:
        raise BadAmount(f"an amount is a whole number between 1 and {MAX_AMOUNT}, not {amount!r}")
    return amount


def checked_key(key: str) -> str:
    """A key that can be stored; ValueError otherwise."""
    if not 0 < len(key) <= KEY_LENGTH or "\x00" in key:
        raise ValueError(f"a key has between one and {KEY_LENGTH} characters")
    return key


def checked_moment(moment: datetime) -> datetime:
    """A time that says where; ValueError otherwise."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its time zone")
    return moment


def memo_text(memo: str) -> str:
    """As much of it as a line of the history shows."""
    return memo.replace("\x00", "")[:MEMO_LENGTH]


def reference_parts(reference: Reference | None) -> tuple[str, Any]:
    """As two columns."""
    return (reference.kind, reference.id) if reference is not None else ("", None)
