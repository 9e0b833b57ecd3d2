"""Pages of the uploads."""

from django.urls import URLPattern, path

from apps.uploads import views

urlpatterns: list[URLPattern] = [
    path("uploads/", views.uploads, name="uploads"),
    path("uploads/quota/", views.quota, name="uploads-quota"),
    path("uploads/<uuid:upload_id>/", views.line, name="upload-line"),
    path("uploads/<uuid:upload_id>/retry/", views.retry, name="upload-retry"),
    path("uploads/<uuid:upload_id>/forget/", views.forget, name="upload-forget"),
]
