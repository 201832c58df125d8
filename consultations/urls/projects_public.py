from django.urls import path

from consultations.views import versions

_PROJECT = "plans/<slug:plan>/projects/<int:number>/"

urlpatterns = [
    path(f"{_PROJECT}versions/", versions.version_list, name="project-versions"),
    path(f"{_PROJECT}versions/<int:old>..<int:new>/", versions.difference_page, name="project-difference"),
    path(f"{_PROJECT}evidence/<int:pk>/", versions.evidence_file, name="project-evidence"),
]
