"""API of the uploads app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.uploads import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("uploads", api.UploadList.as_view(), name="api-uploads"),
    path("uploads/<uuid:upload_id>", api.UploadDetail.as_view(), name="api-upload"),
    path("uploads/<uuid:upload_id>/targets", api.UploadTargets.as_view(), name="api-upload-targets"),
    path("uploads/<uuid:upload_id>/finish", api.UploadFinish.as_view(), name="api-upload-finish"),
]
