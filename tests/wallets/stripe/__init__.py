"""Payments against a Stripe of our own."""
