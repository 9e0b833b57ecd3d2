"""Pages of the studio app."""

from django.urls import URLPattern, URLResolver, path

from apps.studio import take_views, unpaid, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("studio/", views.studio, name="studio"),
    path("studio/form/", views.form, name="studio-form"),
    path("studio/price/", views.price, name="studio-price"),
    path("studio/understood/", views.understood, name="studio-understood"),
    path("studio/unpaid/", unpaid.keep, name="studio-unpaid"),
    path("studio/requests/", take_views.more, name="studio-requests"),
    path("studio/takes/<uuid:job_id>/", take_views.take, name="studio-take"),
    path("studio/takes/<uuid:job_id>/cancel/", take_views.cancel, name="studio-cancel"),
    path("studio/takes/<uuid:job_id>/retry/", take_views.retry, name="studio-retry"),
]
