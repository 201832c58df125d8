"""What plans and consultations have to print."""

from django.urls import path

from consultations.views import printing

_PLAN = "plans/<slug:plan>/"

urlpatterns = [
    path(f"{_PLAN}papers/", printing.plan_papers, name="plan-papers"),
    path(f"{_PLAN}booklet.pdf", printing.plan_booklet, name="plan-booklet"),
    path(f"{_PLAN}projects/<int:number>/sheet.pdf", printing.project_sheet, name="project-sheet"),
    path("consultations/<int:number>/report.pdf", printing.contributions_report, name="consultation-report"),
]
