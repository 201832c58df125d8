from django.urls import include, path

from consultations.views import staff

urlpatterns = [
    path("plans/<slug:plan>/preview/", staff.plan_preview, name="plan-preview"),
    path("plans/<slug:plan>/projects/<int:number>/preview/", staff.project_preview, name="project-preview"),
    path("", include("consultations.urls.plans_staff")),
    path("", include("consultations.urls.projects_staff")),
    path("", include("consultations.urls.periods_staff")),
    path("", include("consultations.urls.moderation_staff")),
    path("", include("consultations.urls.answers_staff")),
]
