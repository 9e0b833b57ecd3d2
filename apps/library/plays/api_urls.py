"""API of plays, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.library.plays import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("plays", api.Plays.as_view(), name="api-plays"),
    path("plays/start", api.PlayStart.as_view(), name="api-play-start"),
]
