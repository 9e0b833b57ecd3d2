"""API of the library app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path

from apps.library import api, share_views, stems_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.library.plays.api_urls")),
    path("tracks", api.TrackList.as_view(), name="api-tracks"),
    path("tracks/<uuid:track_id>", api.TrackDetail.as_view(), name="api-track"),
    path("tracks/<uuid:track_id>/trash", api.TrackTrash.as_view(), name="api-track-trash"),
    path("tracks/<uuid:track_id>/restore", api.TrackRestore.as_view(), name="api-track-restore"),
    path("tracks/<uuid:track_id>/take-down", api.TrackTakeDown.as_view(), name="api-track-take-down"),
    path("tracks/<uuid:track_id>/versions", api.TrackVersions.as_view(), name="api-track-versions"),
    path("oembed", share_views.OEmbed.as_view(), name="api-oembed"),
    path("versions/<uuid:version_id>", api.VersionDetail.as_view(), name="api-version"),
    path("versions/<uuid:version_id>/playback", api.VersionPlayback.as_view(), name="api-version-playback"),
    path("versions/<uuid:version_id>/download", api.VersionDownload.as_view(), name="api-version-download"),
    path("versions/<uuid:version_id>/stems/<slug:name>", stems_api.VersionStem.as_view(), name="api-version-stem"),
]
