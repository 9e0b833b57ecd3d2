"""People for tests, made the way the site makes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from itertools import count

from allauth.account.models import EmailAddress
from django.apps import apps
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.models import ApiToken, Plan, User
from apps.accounts.services.tokens import token_create
from apps.wallets.prices.models import Pack

PASSWORD = "a tune nobody else hums 42"
_numbers = count(1)


def restore_plans() -> None:
    """The plans and prices of a new installation, which a test that truncates every table has taken along."""
    free = import_module("apps.accounts.migrations.0007_free_month").FREE_CREDITS
    for row in import_module("apps.accounts.migrations.0002_plans").PLANS:
        month = free if row["slug"] == "free" else row["monthly_credits"]
        given = {**row, "monthly_credits": month, "sells_output": row["paid"]}
        Plan.objects.get_or_create(slug=row["slug"], defaults=given)
    if not Pack.objects.exists():
        import_module("apps.wallets.migrations.0002_prices").begin(apps, None)


def make_user(
    email: str = "", *, plan: str = "free", name: str = "", password: str | None = None, staff: bool = False
) -> User:
    """A user with a verified address; who logs in by form needs a `password` (hashing one takes a moment)."""
    restore_plans()
    email = email or f"person{next(_numbers)}@example.org"
    user = User.objects.create_user(email, password, plan_id=plan, name=name, is_staff=staff, is_superuser=staff)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_token(
    user: User, *scopes: str, expires_in: timedelta | None = None, now: datetime | None = None
) -> tuple[ApiToken, str]:
    """A token with its secret; it may read and write unless scopes are given."""
    now = now or timezone.now()
    fresh = token_create(
        user=user,
        name="for a test",
        scopes=scopes or ApiToken.Scope.values,
        expires_at=now + expires_in if expires_in else None,
        now=now,
    )
    return fresh.token, fresh.secret


def api_client(user: User | None = None, *scopes: str) -> APIClient:
    """A client of the API, with a token of `user`."""
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(user, *scopes)[1]}")
    return client
