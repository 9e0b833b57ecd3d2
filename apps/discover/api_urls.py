"""API of the discover app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.discover import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("feed", api.Feed.as_view(), name="api-feed"),
    path("search", api.Search.as_view(), name="api-search"),
]
