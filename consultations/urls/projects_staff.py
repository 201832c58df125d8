from django.urls import path

from consultations.views import desk_projects as desk

_PROJECTS = "plans/<slug:plan>/projects/"
_PROJECT = f"{_PROJECTS}<int:number>/"

urlpatterns = [
    path(_PROJECTS, desk.project_list, name="staff-projects"),
    path(f"{_PROJECTS}new/", desk.project_new, name="staff-project-new"),
    path(_PROJECT, desk.project_page, name="staff-project"),
    path(f"{_PROJECT}step/", desk.project_step, name="staff-project-step"),
    path(f"{_PROJECT}grade/", desk.project_grade, name="staff-project-grade"),
    path(f"{_PROJECT}remove/", desk.project_remove, name="staff-project-remove"),
    path(f"{_PROJECT}activities/", desk.activities_page, name="staff-activities"),
    path(f"{_PROJECT}activities/<int:pk>/", desk.activity_page, name="staff-activity-update"),
    path(f"{_PROJECT}evidence/<int:pk>/", desk.evidence_file, name="staff-activity-file"),
    path(f"{_PROJECT}indicators/", desk.indicators_page, name="staff-indicators"),
    path(f"{_PROJECT}indicators/<int:pk>/", desk.measurements_page, name="staff-measurements"),
]
