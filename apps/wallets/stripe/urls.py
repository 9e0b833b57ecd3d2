"""Addresses for Stripe."""

from django.urls import path

from apps.wallets.stripe.webhook import webhook

urlpatterns = [path("stripe/webhook", webhook, name="stripe_webhook")]
