"""What a new installation sells until its operator says otherwise."""

from __future__ import annotations

REASON = "The price to begin with."
CURRENCY = "eur"
PACKS = (
    {"slug": "small", "title": "200 credits", "credits": 200, "amount_minor": 500},
    {"slug": "large", "title": "1,000 credits", "credits": 1000, "amount_minor": 2000},
)
AMOUNTS = {"pro": 1000}
"""A month of each plan that is paid for, in the currency's smallest unit."""
