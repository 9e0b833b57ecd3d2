"""Amounts of money and of credits as people write them."""

from __future__ import annotations

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import pluralize

MINUS = "−"
_SIGNS = {"eur": "€", "usd": "$", "gbp": "£"}
# ISO 4217: these have no smaller unit
_WHOLE = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905 - one word a currency
)


def money(amount_minor: int, currency: str) -> str:
    """As "€5", "€5.50" or "CHF 12.30"; `amount_minor` counts the currency's smallest unit."""
    code = currency.lower()
    places = 0 if code in _WHOLE else 2
    whole, rest = divmod(abs(amount_minor), 10**places)
    sign = _SIGNS.get(code, f"{code.upper()} ")
    return f"{MINUS if amount_minor < 0 else ''}{sign}{whole:,}{f'.{rest:0{places}d}' if rest else ''}"


def in_credits(count: int) -> str:
    """As "1 credit" or "1,200 credits"."""
    return f"{intcomma(count)} credit{pluralize(count)}"


def signed(count: int) -> str:
    """As "+1,000" or "−8"."""
    return f"+{intcomma(count)}" if count > 0 else f"{MINUS}{intcomma(-count)}" if count else "0"
