"""Pages of the discover app."""

from django.urls import URLPattern, URLResolver, path

from apps.discover import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
]
