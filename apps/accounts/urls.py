"""Pages of the accounts app."""

from django.urls import URLPattern, URLResolver, path

from apps.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("you/", views.you, name="you"),
    path("you/tokens/", views.tokens, name="you-tokens"),
    path("you/tokens/<uuid:token_id>/revoke/", views.revoke, name="you-token-revoke"),
    path("you/export/", views.export, name="you-export"),
    path("you/delete/", views.delete, name="you-delete"),
    path(".well-known/change-password", views.password_change_address),
]
