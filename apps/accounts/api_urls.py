"""API of the accounts app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.accounts import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("me", api.Me.as_view(), name="api-me"),
    path("plans", api.PlanList.as_view(), name="api-plans"),
    path("tokens", api.TokenList.as_view(), name="api-tokens"),
    path("tokens/<uuid:pk>", api.TokenDetail.as_view(), name="api-token"),
]
