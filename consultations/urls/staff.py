from django.urls import path

from consultations.views import staff

urlpatterns = [
    path("plans/<slug:plan>/preview/", staff.plan_preview, name="plan-preview"),
    path("plans/<slug:plan>/projects/<int:number>/preview/", staff.project_preview, name="project-preview"),
]
