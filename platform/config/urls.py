"""Every address of the site, by app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

api: list[URLPattern | URLResolver] = [
    path("", include("apps.common.api_urls")),
    path("", include("apps.accounts.api_urls")),
    path("", include("apps.wallets.api_urls")),
    path("", include("apps.jobs.api_urls")),
    path("", include("apps.library.api_urls")),
    path("", include("apps.uploads.api_urls")),
    path("", include("apps.studio.api_urls")),
    path("", include("apps.voices.api_urls")),
    path("", include("apps.discover.api_urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(api)),
    path("accounts/", include("allauth.urls")),
    path("", include("apps.common.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.wallets.urls")),
    path("", include("apps.wallets.operations.urls")),
    path("", include("apps.wallets.stripe.urls")),
    path("", include("apps.wallets.checkout_test.urls")),
    path("", include("apps.jobs.urls")),
    path("", include("apps.library.urls")),
    path("", include("apps.uploads.urls")),
    path("", include("apps.studio.urls")),
    path("", include("apps.voices.urls")),
    path("", include("apps.voices.registration_urls")),
    path("", include("apps.discover.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "apps.common.views.bad_request"
handler403 = "apps.common.views.forbidden"
handler404 = "apps.common.views.not_found"
handler500 = "apps.common.views.server_error"
