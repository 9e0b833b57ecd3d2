"""Every page for everybody: nothing serious by axe's rules, nothing that sticks out at 390 px."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from embedded.site import Site
from tests.e2e.steps import ask_for_sung_song, sign_up, wait_for_song

VISITOR_PAGES = (
    "/",
    "/search?q=waltz",
    "/search?q=nothing+like+this",
    "/accounts/login/",
    "/accounts/signup/",
    "/voices/",
    "/voices/?q=nothing+like+this",
    "/voices/performers/larch/",
    "/nowhere/",
)
MEMBER_PAGES = (
    "/",
    "/studio/",
    "/studio/?prompt=a+slow+folk+song,+200+bpm",
    "/library/",
    "/uploads/",
    "/voices/",
    "/voices/?whose=mine",
    "/voices/performers/opal/",
    "/voices/performers/nobody/",
    "/voices/swap/?performer=opal",
    "/wallet/",
    "/wallet/credits/",
    "/wallet/prices/",
    "/wallet/receipts/",
    "/you/",
    "/you/tokens/",
    "/operations/jobs/",
    "/operations/money/",
    "/operations/wallets/",
    "/operations/money/actions/",
    "/operations/money/proofs/",
)
OPEN_DRAWERS = "document.querySelectorAll('.studio-drawers > details').forEach(each => { each.open = true; })"
OPERATIONS = ("extend", "cover", "repaint", "new_lyrics", "reference")
Member = tuple[str, tuple[str, ...]]
LYRICS = "[verse]\nThe morning comes in slowly"
_OPERATOR = (
    "from apps.accounts.models import User; "
    "User.objects.filter(email='{email}').update(is_staff=True, is_superuser=True)"
)
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def member(browser: Browser, live: Site, tmp_path_factory: pytest.TempPathFactory) -> Member:
    """The stored session of an operator with one sung song, and the addresses of its page and forms."""
    context = browser.new_context(base_url=live.address)
    page = context.new_page()
    live.manage("shell", "-v0", "-c", _OPERATOR.format(email=sign_up(page)))
    ask_for_sung_song(page, "a waltz for a snowy evening", LYRICS, seconds=10)
    song = wait_for_song(page)
    address = song.locator("a").first.get_attribute("href") or ""
    version = song.locator("[data-version]").first.get_attribute("data-version") or ""
    kept = str(tmp_path_factory.mktemp("session") / "state.json")
    context.storage_state(path=kept)
    context.close()
    forms = (f"/studio/?parent={version}&operation={operation}" for operation in OPERATIONS)
    swaps = (f"/voices/swap/{version}/?performer=opal", f"/voices/karaoke/{version}/")
    return kept, (address, *forms, *swaps)


@pytest.fixture(params=[(1280, "dark"), (1280, "light"), (390, "dark"), (390, "light")], ids=lambda p: f"{p[0]}-{p[1]}")
def look(request: pytest.FixtureRequest) -> tuple[int, str]:
    """A width and a theme."""
    found: tuple[int, str] = request.param
    return found


def pages(browser: Browser, live: Site, look: tuple[int, str], state: str | None) -> Iterator[Page]:
    width, theme = look
    context = browser.new_context(
        base_url=live.address,
        viewport={"width": width, "height": 844},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        storage_state=state,
    )
    yield context.new_page()
    context.close()


def problems_of(page: Page) -> list[str]:
    found = [
        f"{each['id']}: {each['nodes'][0]['html'][:160]}"
        for each in Axe().run(page).response["violations"]
        if each["impact"] in GRAVE
    ]
    sticks_out = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"sticks out by {sticks_out} px"] if sticks_out > 0 else [])


def test_pages_of_a_visitor(browser: Browser, live: Site, look: tuple[int, str], member: Member) -> None:
    for page in pages(browser, live, look, None):
        found = {}
        for address in VISITOR_PAGES:
            page.goto(address)
            page.wait_for_load_state("networkidle")
            found[address] = problems_of(page)
        assert {address: problems for address, problems in found.items() if problems} == {}


def test_pages_of_a_member(browser: Browser, live: Site, look: tuple[int, str], member: Member) -> None:
    state, own = member
    for page in pages(browser, live, look, state):
        found = {}
        for address in (*MEMBER_PAGES, *own):
            page.goto(address)
            page.evaluate(OPEN_DRAWERS)
            page.wait_for_load_state("networkidle")
            found[address] = problems_of(page)
        assert {address: problems for address, problems in found.items() if problems} == {}
