"""The portal's addresses, and those of papers that exist in tests alone."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import path

from portal import urls
from tests.portal.papers.made_up import made_up

urlpatterns = [
    *i18n_patterns(path("m/<slug:slug>/made-up/<str:kind>/<str:how>.pdf", made_up, name="made-up")),
    *urls.urlpatterns,
]
handler403 = urls.handler403
handler404 = urls.handler404
