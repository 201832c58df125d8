"""The one URL map."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import disclosure, health, privacy, views

urlpatterns = [
    path("", views.language_choice, name="language-choice"),
    path("healthz", health.alive, name="health"),
    path("readyz", health.ready, name="ready"),
    path(".well-known/security.txt", disclosure.security_txt, name="security-txt"),
    path("admin/", admin.site.urls),
]

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
    path("personal-data/", privacy.personal_data, name="personal-data"),
    path("", include("programs.urls.public")),
    path("", include("consultations.urls.public")),
    path("", include("portal.publications.urls")),
    path("", include("portal.notifications.urls")),
    path("", include("portal.municipalities.urls")),
    path("m/<slug:slug>/papers/", include("portal.papers.urls")),
    path("m/<slug:slug>/", views.municipality, name="municipality"),
    path("m/<slug:slug>/", include("portal.meetings.urls.public")),
    path("m/<slug:slug>/", include("portal.meetings.urls.papers_public")),
    path("m/<slug:slug>/staff/", views.staff_desk, name="staff-desk"),
    path("m/<slug:slug>/staff/", include("portal.audit.urls")),
    path("m/<slug:slug>/staff/", include("portal.meetings.urls.staff")),
    path("m/<slug:slug>/staff/", include("portal.meetings.urls.papers_staff")),
    path("m/<slug:slug>/staff/", include("portal.meetings.urls.pack_staff")),
    path("m/<slug:slug>/staff/", include("portal.dispatches.urls")),
    path("m/<slug:slug>/staff/", include("programs.urls.staff")),
    path("m/<slug:slug>/staff/", include("consultations.urls.staff")),
    path("staff/", views.desk_door, name="desk"),
    path("", include("portal.accounts.urls")),
)

handler400 = "portal.failures.pages.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
handler500 = "portal.failures.pages.server_error"
