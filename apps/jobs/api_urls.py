"""API of the jobs app, below /api/v1/."""

from django.urls import URLPattern, URLResolver
from rest_framework.routers import SimpleRouter

from apps.jobs.api import JobViewSet

_router = SimpleRouter(trailing_slash=False, use_regex_path=False)
_router.register("jobs", JobViewSet, basename="job")

urlpatterns: list[URLPattern | URLResolver] = [*_router.urls]
