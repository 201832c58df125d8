"""The one URL map."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import views
from portal.accounts import views as accounts

urlpatterns = [
    path("", views.language_choice, name="language-choice"),
    path("healthz", views.health, name="health"),
    path("admin/", admin.site.urls),
]

urlpatterns += i18n_patterns(
    path("", views.home, name="home"),
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
    path("sign-in/", accounts.SignIn.as_view(), name="sign-in"),
    path("sign-out/", accounts.SignOut.as_view(), name="sign-out"),
)

handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
