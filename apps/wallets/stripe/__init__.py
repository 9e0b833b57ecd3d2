"""Payments with Stripe: what it tells us is asked again, and the ledger is brought in line with the answer."""
