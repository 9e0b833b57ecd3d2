"""Pages of one's own voices: adding, sharing and revoking them; and the rating of results."""

from django.urls import URLPattern, path

from apps.voices import rating_views, registration_actions, registration_views

_VOICE = "voices/mine/<uuid:performer_id>"

urlpatterns: list[URLPattern] = [
    path("voices/add/", registration_views.add, name="voice-add"),
    path("voices/mine/", registration_views.mine, name="voices-mine"),
    path(f"{_VOICE}/", registration_views.voice, name="voice-mine"),
    path(f"{_VOICE}/now/", registration_views.now, name="voice-now"),
    path(f"{_VOICE}/sentence/", registration_actions.sentence, name="voice-sentence"),
    path(f"{_VOICE}/forget/", registration_actions.forget, name="voice-forget"),
    path(f"{_VOICE}/agree/", registration_actions.agree, name="voice-agree"),
    path(f"{_VOICE}/stop/", registration_actions.stop, name="voice-stop"),
    path(f"{_VOICE}/change/", registration_actions.change, name="voice-change"),
    path(f"{_VOICE}/share/", registration_actions.share, name="voice-share"),
    path(f"{_VOICE}/revoke/", registration_actions.revoke, name="voice-revoke"),
    path("voices/ratings/<uuid:version_id>/", rating_views.rate, name="version-rate"),
]
