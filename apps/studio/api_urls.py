"""API of the studio app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.studio import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("engines", api.EngineList.as_view(), name="api-engines"),
    path("generations", api.GenerationList.as_view(), name="api-generations"),
    path("generations/quote", api.GenerationQuote.as_view(), name="api-generation-quote"),
    path("understood", api.Understood.as_view(), name="api-understood"),
    path("generations/<uuid:pk>", api.GenerationDetail.as_view(), name="api-generation"),
]
