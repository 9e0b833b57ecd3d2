"""Columns that cannot hold less than nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable

if TYPE_CHECKING:
    _Integer = models.BigIntegerField[int | Combinable, int]
else:
    _Integer = models.BigIntegerField


class CreditsField(_Integer):
    """Zero credits or more.

    The rule is a domain of the database: every write of a row reads a CHECK of its table anew, which took a fifth of
    the time of a hold; a type's rule is read once a session.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The domain that the migrations make."""
        return "wallets_credits"


class MovedCreditsField(_Integer):
    """Credits that a transfer moves: one at least, `MAX_AMOUNT` at most."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """The domain that the migrations make."""
        return "wallets_moved"
