"""Pages of performers and swaps."""

from django.urls import URLPattern, path

from apps.voices import line_views, swap_views, views

urlpatterns: list[URLPattern] = [
    path("voices/", views.voices, name="voices"),
    path("voices/performers/<str:performer>/", views.performer, name="performer"),
    path("voices/swap/", swap_views.choose, name="swap-choose"),
    path("voices/swap/<uuid:version_id>/", swap_views.swap, name="swap"),
    path("voices/karaoke/<uuid:version_id>/", swap_views.karaoke, name="karaoke-make"),
    path("voices/swaps/<uuid:swap_id>/", line_views.line, name="swap-line"),
    path("voices/swaps/<uuid:swap_id>/cancel/", line_views.cancel, name="swap-cancel"),
    path("voices/swaps/<uuid:swap_id>/retry/", line_views.retry, name="swap-retry"),
]
