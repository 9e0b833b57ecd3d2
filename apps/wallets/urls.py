"""Pages of the wallet."""

from django.urls import URLPattern, URLResolver, path

from apps.wallets import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/balance/", views.balance, name="wallet-balance"),
    path("wallet/plan/", views.plan, name="wallet-plan"),
    path("wallet/credits/", views.shop, name="wallet-credits"),
    path("wallet/prices/", views.prices, name="wallet-prices"),
    path("wallet/receipts/", views.receipts, name="wallet-receipts"),
    path("wallet/buy/", views.buy, name="wallet-buy"),
    path("wallet/bought/", views.bought, name="wallet-bought"),
    path("wallet/manage/", views.manage, name="wallet-manage"),
]
