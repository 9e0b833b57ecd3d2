"""API of the wallets app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.wallets import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet", api.WalletDetail.as_view(), name="api-wallet"),
    path("wallet/transfers", api.Transfers.as_view(), name="api-wallet-transfers"),
    path("wallet/packs", api.Packs.as_view(), name="api-wallet-packs"),
    path("wallet/plans", api.Plans.as_view(), name="api-wallet-plans"),
    path("wallet/checkout", api.CheckoutStart.as_view(), name="api-wallet-checkout"),
    path("wallet/portal", api.Portal.as_view(), name="api-wallet-portal"),
]
