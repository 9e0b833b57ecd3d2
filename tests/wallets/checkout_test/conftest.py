"""An installation without a payment service."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from apps.accounts.models import Plan, User
from apps.wallets.checkout import checkout
from apps.wallets.checkout_test.checkout import TestCheckout
from apps.wallets.prices.models import Pack
from apps.wallets.prices.selectors import packs_on_sale
from tests.world import make_user

DONE, BACK = "/wallet/bought/?session={CHECKOUT_SESSION_ID}", "/wallet/credits/"


@pytest.fixture(autouse=True)
def way(settings: Settings, db: None) -> TestCheckout:
    """How people pay here."""
    settings.PAYMENTS = "test"
    found = checkout()
    assert isinstance(found, TestCheckout)
    return found


@pytest.fixture
def now() -> datetime:
    """When it all begins."""
    return timezone.now()


@pytest.fixture
def user() -> User:
    """Somebody with an empty wallet."""
    return make_user()


@pytest.fixture
def browser(user: User) -> Client:
    """Theirs; forms need their token."""
    client = Client(enforce_csrf_checks=False)
    client.force_login(user)
    return client


@pytest.fixture
def pack(user: User) -> Pack:
    """The smallest."""
    return packs_on_sale()[0]


@pytest.fixture
def pro(user: User) -> Plan:
    """The plan that is paid for."""
    return Plan.objects.get(pk="pro")


def begun(user: User, product: Pack | Plan, now: datetime) -> str:
    """The address of the page to pay on."""
    return TestCheckout().checkout_start(user=user, product=product, now=now, success_url=DONE, cancel_url=BACK)
