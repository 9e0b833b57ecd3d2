"""Addresses of the test checkout; where it is not the way to pay, none of them is there."""

from django.urls import path

from apps.wallets.checkout_test import views

urlpatterns = [
    path("test-checkout/pay/<str:signed>/", views.checkout_page, name="test-checkout"),
    path("test-checkout/subscription/<str:back>/", views.portal_page, name="test-checkout-portal"),
    path("test-checkout/receipt/<str:source>/", views.receipt_page, name="test-checkout-receipt"),
]
