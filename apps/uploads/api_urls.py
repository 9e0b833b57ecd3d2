"""The API of the uploads."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
