"""API of the voices app, below /api/v1/."""

from django.urls import URLPattern, URLResolver, path

from apps.voices import api, swap_api
from apps.voices.protected import api as protected_api

_VOICE = "voices/<uuid:performer_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("performers", api.PerformerList.as_view(), name="api-performers"),
    path("performers/<str:performer>/portrait", api.PerformerPortrait.as_view(), name="api-performer-portrait"),
    path("performers/<str:performer>/sample", api.PerformerSample.as_view(), name="api-performer-sample"),
    path("voices", api.RegistrationList.as_view(), name="api-voices"),
    path(_VOICE, api.RegistrationDetail.as_view(), name="api-voice"),
    path(f"{_VOICE}/sentence", api.RegistrationSentence.as_view(), name="api-voice-sentence"),
    path(f"{_VOICE}/recordings", api.RegistrationRecordings.as_view(), name="api-voice-recordings"),
    path(f"{_VOICE}/recordings/<uuid:recording_id>", api.RegistrationRecording.as_view(), name="api-voice-recording"),
    path(f"{_VOICE}/register", api.RegistrationRegister.as_view(), name="api-voice-register"),
    path("swaps", swap_api.SwapList.as_view(), name="api-swaps"),
    path("swaps/quote", swap_api.SwapQuote.as_view(), name="api-swap-quote"),
    path("swaps/<uuid:swap_id>", swap_api.SwapDetail.as_view(), name="api-swap"),
    path("swaps/<uuid:swap_id>/preview", swap_api.SwapPreview.as_view(), name="api-swap-preview"),
    path("versions/<uuid:version_id>/quality", swap_api.VersionQuality.as_view(), name="api-version-quality"),
    path(
        "versions/<uuid:version_id>/quality/<str:name>",
        swap_api.VersionQualityPicture.as_view(),
        name="api-version-quality-picture",
    ),
    path("tracks/<uuid:track_id>/likeness", protected_api.TrackLikeness.as_view(), name="api-track-likeness"),
    path("versions/<uuid:version_id>/rating", swap_api.VersionRating.as_view(), name="api-version-rating"),
]
