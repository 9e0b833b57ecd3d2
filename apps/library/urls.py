"""Pages of the library app."""

from django.urls import URLPattern, URLResolver, path

from apps.library import actions, share_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("library/", views.library, name="library"),
    path("library/selected/", actions.selected, name="library-selected"),
    path("tracks/<uuid:track_id>/", views.track, name="track"),
    path("tracks/<uuid:track_id>/cover.jpg", share_views.cover, name="track-cover"),
    path("tracks/<uuid:track_id>/listen.mp3", share_views.audio, name="track-audio"),
    path("embed/tracks/<uuid:track_id>/", share_views.embed, name="track-embed"),
    path("tracks/<uuid:track_id>/words/", views.words, name="track-words"),
    path("tracks/<uuid:track_id>/rename/", actions.rename, name="track-rename"),
    path("tracks/<uuid:track_id>/visibility/", actions.visibility, name="track-visibility"),
    path("tracks/<uuid:track_id>/current/", actions.current, name="track-current"),
    path("tracks/<uuid:track_id>/trash/", actions.trash, name="track-trash"),
    path("tracks/<uuid:track_id>/restore/", actions.restore, name="track-restore"),
]
