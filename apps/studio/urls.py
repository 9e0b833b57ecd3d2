"""Pages of the studio app."""

from django.urls import URLPattern, URLResolver, path

from apps.studio import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("studio/", views.studio, name="studio"),
    path("studio/form/", views.form, name="studio-form"),
    path("studio/price/", views.price, name="studio-price"),
    path("studio/requests/", views.more, name="studio-requests"),
    path("studio/takes/<uuid:job_id>/", views.take, name="studio-take"),
    path("studio/takes/<uuid:job_id>/cancel/", views.cancel, name="studio-cancel"),
    path("studio/takes/<uuid:job_id>/retry/", views.retry, name="studio-retry"),
]
