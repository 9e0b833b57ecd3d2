"""The operators' pages about wallets and money."""

from django.urls import URLPattern, URLResolver, path

from apps.wallets.operations import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("operations/money/", views.money, name="wallets-money"),
    path("operations/money/events/again/", views.event_again, name="wallets-event-again"),
    path("operations/money/payments/<uuid:payment_id>/settle/", views.payment_settle, name="wallets-payment-settle"),
    path("operations/money/proofs/", views.proofs, name="wallets-proofs"),
    path("operations/money/proofs/<int:pk>/", views.proof, name="wallets-proof"),
    path("operations/money/actions/", views.done, name="wallets-actions"),
    path("operations/wallets/", views.find, name="wallets-operations"),
    path("operations/wallets/<uuid:user_id>/", views.wallet, name="wallets-operations-wallet"),
    path("operations/wallets/<uuid:user_id>/<slug:what>/", views.act, name="wallets-act"),
]
