"""Paying at Stripe's own pages in a real browser: a site whose Stripe is ours, with webhooks and all."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from embedded.site import site
from tests.e2e.steps import sign_up
from tests.stripe.server import KEY, WEBHOOK_SECRET, StripeServer


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripeServer]:
    """A Stripe on loopback."""
    with StripeServer() as running:
        yield running


@pytest.fixture(scope="module")
def address(stripe: StripeServer) -> Iterator[str]:
    """A site that is paid by it, and hears from it."""
    settings = {"STRIPE_SECRET_KEY": KEY, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET, "STRIPE_API_BASE": stripe.url}
    with site(**settings) as running:
        stripe.webhook(f"{running.address}/stripe/webhook", automatic=True)
        yield running.address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A new member's tab."""
    context = browser.new_context(base_url=address, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    tab = context.new_page()
    sign_up(tab)
    yield tab
    context.close()


def at_stripe(page: Page, stripe: StripeServer, button: str) -> str:
    """Press a button of Stripe's checkout; the session's id."""
    expect(page).to_have_url(re.compile(re.escape(f"{stripe.url}/c/pay/")))
    session = page.url.rsplit("/", 1)[-1]
    page.get_by_role("button", name=button, exact=True).click()
    return session


def test_a_pack_and_a_subscription_are_bought_seen_at_once_and_managed(page: Page, stripe: StripeServer) -> None:
    # when somebody buys a pack
    page.goto("/wallet/credits/")
    page.get_by_test_id("pack-small").get_by_role("button").click()
    at_stripe(page, stripe, "Pay")

    # then the credits are there
    expect(page.get_by_role("heading", name="200 credits are yours")).to_be_visible()
    expect(page.get_by_test_id("balance")).to_have_text("440")

    # when they subscribe
    page.goto("/wallet/credits/")
    page.get_by_role("button", name="Subscribe to Pro").click()
    at_stripe(page, stripe, "Subscribe")
    expect(page.get_by_role("heading", name="1,000 credits are yours")).to_be_visible()

    # then the plan is theirs, and it can be ended where it is managed
    page.goto("/wallet/")
    expect(page.get_by_text(re.compile("Renews on"))).to_be_visible()
    page.get_by_role("button", name="Manage subscription").click()
    page.get_by_role("button", name="Cancel subscription").click()
    page.get_by_role("link", name="Return to Refrain").click()
    expect(page.get_by_text(re.compile("Ends on"))).to_be_visible()
    page.get_by_role("link", name="Receipts").click()
    expect(page.get_by_test_id("receipt")).to_have_count(2)


def test_whoever_pays_slowly_is_told_so_and_sees_the_credits_arrive(page: Page, stripe: StripeServer) -> None:
    page.goto("/wallet/credits/")
    page.get_by_test_id("pack-large").get_by_role("button").click()
    session = at_stripe(page, stripe, "Pay later by bank")
    expect(page.get_by_test_id("bought")).to_have_attribute("data-state", "waiting")

    # when the money arrives
    stripe.steer.settle(session)
    stripe.steer.outbox.deliver()

    # then the page says so by itself
    expect(page.get_by_role("heading", name="1,000 credits are yours")).to_be_visible()
    expect(page.get_by_test_id("balance")).to_have_text("1,240")
