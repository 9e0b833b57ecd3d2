"""Credits, in a real browser on a real site: seen, held, spent, run out of, bought, subscribed to."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Locator, Page, expect

from embedded.site import Site
from tests.e2e.steps import ask_for_song, create, sign_up, wait_for_song

LYRICS = "[verse]\nThe last train leaves without me\nThe lamps go out in rows"
_LEAVE = """
from django.utils import timezone
from apps.accounts.models import User
from apps.wallets.monthly.services import monthly_grant_due
from apps.wallets.selectors import wallet_of
from apps.wallets.services.credits_take_back import credits_take_back
owner, now = User.objects.get(email={email!r}), timezone.now()
monthly_grant_due(user=owner, now=now)
spent = wallet_of(owner).available - {left}
credits_take_back(owner=owner, amount=spent, key="spent:{email}", memo="", kind="clawback", now=now)
"""


def leave(live: Site, email: str, credits_left: int) -> None:
    """Take all but a few credits away."""
    live.manage("shell", "-v0", "-c", _LEAVE.format(email=email, left=credits_left))


def balance(page: Page) -> Locator:
    return page.get_by_test_id("balance")


def pay(page: Page) -> None:
    """Pay in the test checkout and come back."""
    expect(page).to_have_url(re.compile("/test-checkout/pay/"))
    page.get_by_role("button", name=re.compile("^(Pay|Subscribe)")).first.click()
    expect(page.get_by_test_id("bought")).to_have_attribute("data-state", "done")


def test_a_song_is_held_then_paid_for_and_the_wallet_says_so(page: Page) -> None:
    # given a new creator, who has the month's credits
    sign_up(page)
    expect(balance(page)).to_have_text("240")

    # when they make a song of 15 seconds, which costs 2
    ask_for_song(page, "a slow waltz for a snowy evening, piano", seconds=15)
    wait_for_song(page)

    # then the frame shows it without a step of theirs
    expect(balance(page)).to_have_text("238")

    # and the wallet says what became of them, with a way to the song
    balance(page).click()
    expect(page.get_by_role("heading", name="Wallet", exact=True)).to_be_visible()
    expect(page.get_by_test_id("available")).to_contain_text("238")
    lines = page.get_by_test_id("history-line")
    expect(lines).to_have_count(3)
    expect(lines.nth(0)).to_contain_text("2 credits spent")
    expect(lines.nth(1)).to_contain_text("−2")
    expect(lines.nth(2)).to_contain_text("Your monthly credits")
    lines.nth(0).get_by_role("link").click()
    expect(page.locator("[data-track-page]")).to_be_visible()


def test_who_runs_out_is_told_what_to_do_buys_and_finds_the_song_as_it_was(page: Page, live: Site) -> None:
    # given a creator with too few credits and a song in mind
    leave(live, sign_up(page), 3)
    page.goto("/studio/")
    page.locator("#id_prompt").fill("a night train, slow and sad")
    page.get_by_text("Sung", exact=True).click()
    page.locator("#id_lyrics").fill(LYRICS)
    page.locator("#id_seconds").fill("60")

    # when they send it, they are told what is missing and nothing is made
    page.get_by_test_id("create").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("5 too few")
    expect(page.get_by_test_id("take")).to_have_count(0)

    # and when they go to buy a pack
    refusal.get_by_role("link", name="get credits").click()
    expect(page.get_by_test_id("test-checkout")).to_be_visible()
    page.get_by_test_id("pack-small").get_by_role("button").click()
    pay(page)

    # then the credits are there at once
    expect(page.get_by_role("heading", name="200 credits are yours")).to_be_visible()
    expect(balance(page)).to_have_text("203")

    # and the song is as they left it: one press and it is made
    page.get_by_role("link", name="Back to your song").click()
    expect(page.locator("#id_prompt")).to_have_value("a night train, slow and sad")
    expect(page.locator("#id_lyrics")).to_have_value(LYRICS)
    expect(page.locator("#id_seconds")).to_have_value("60")
    create(page).get_by_test_id("cancel").click()

    # and once it was sent, the form starts afresh
    page.goto("/studio/")
    expect(page.locator("#id_prompt")).to_have_value("")


def test_a_creator_subscribes_manages_and_keeps_the_receipt(page: Page) -> None:
    sign_up(page)
    balance(page).click()
    page.get_by_role("link", name="Get credits").click()

    # when they subscribe
    page.get_by_role("button", name="Subscribe to Pro").click()
    pay(page)

    # then the plan is theirs, which is said wherever plans are
    page.goto("/wallet/credits/")
    expect(page.get_by_test_id("plan-pro")).to_contain_text("Your plan")
    page.goto("/wallet/")
    expect(page.get_by_role("heading", name="Pro plan")).to_be_visible()
    expect(page.get_by_text(re.compile("^1,000 credits every month. Renews on"))).to_be_visible()

    # and there is a receipt, and a place to end it
    page.get_by_role("link", name="Receipts").click()
    expect(page.get_by_test_id("receipt")).to_have_count(1)
    page.go_back()
    page.get_by_role("button", name="Manage subscription").click()
    expect(page).to_have_url(re.compile("/test-checkout/subscription/"))


def test_two_tabs_and_two_presses_buy_once(page: Page, context: BrowserContext) -> None:
    # given the shop in two tabs
    sign_up(page)
    page.goto("/wallet/credits/")
    other = context.new_page()
    other.goto("/wallet/credits/")

    # when one of them buys with a double click
    page.get_by_test_id("pack-small").get_by_role("button").dblclick()
    pay(page)

    # then the other asks before it sells another
    other.get_by_test_id("pack-small").get_by_role("button").click()
    expect(other.get_by_text("You bought something since this page was opened")).to_be_visible()
    other.goto("/wallet/receipts/")
    expect(other.get_by_test_id("receipt")).to_have_count(1)


def test_who_does_not_pay_has_bought_nothing(page: Page) -> None:
    # given a checkout
    sign_up(page)
    page.goto("/wallet/credits/")
    page.get_by_test_id("pack-large").get_by_role("button").click()
    expect(page).to_have_url(re.compile("/test-checkout/pay/"))

    # when the card is declined, and they leave then
    for button in ("Let the card be declined", "Cancel"):
        page.get_by_role("button", name=button).click()
        expect(page.locator("#page")).to_contain_text("Nothing was bought")

    # then they are back where they can buy, with nothing more than before
    expect(page.get_by_role("heading", name="Plans and credits")).to_be_visible()
    expect(balance(page)).to_have_text("240")
