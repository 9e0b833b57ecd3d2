"""Production does not start with the test checkout, and where it was started all the same gives nothing."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.checks import run_checks
from django.test import Client
from pytest_django import Settings

from apps.accounts.models import User
from apps.wallets.checkout import CheckoutRefused
from apps.wallets.checkout_test.subscriptions import subscriptions_renew
from apps.wallets.prices.models import Pack
from apps.wallets.selectors import wallet_of
from config.payments import payments
from tests.wallets.checkout_test.conftest import begun


@pytest.mark.parametrize("said", ["", "test"])
def test_the_settings_refuse(said: str) -> None:
    with pytest.raises(ValueError, match="test checkout"):
        payments(way=said, key="", webhook_secret="", api_base="https://api.stripe.com", production=True)


@pytest.mark.parametrize(("production", "found"), [("yes", ["wallets.E001"]), ("", [])])
def test_the_system_check_refuses(settings: Settings, production: str, found: list[str]) -> None:
    settings.PRODUCTION = bool(production)

    assert [error.id for error in run_checks(tags=["wallets"])] == found


def test_it_gives_nothing_there(browser: Client, user: User, pack: Pack, now: datetime, settings: Settings) -> None:
    address = begun(user, pack, now)
    settings.PRODUCTION = True

    assert browser.post(address, {"button": "pay"}).status_code == 404
    with pytest.raises(CheckoutRefused):
        begun(user, pack, now)
    assert subscriptions_renew(now=now) == 0
    assert wallet_of(user).available == 0
