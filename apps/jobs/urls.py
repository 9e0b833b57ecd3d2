"""Pages of the jobs app."""

from django.urls import URLPattern, URLResolver, path

from apps.jobs import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("operations/jobs/", views.operations_page, name="jobs-operations"),
    path("operations/jobs/limits/<int:pk>/", views.engine_limit, name="jobs-engine-limit"),
]
