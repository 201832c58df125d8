"""Below ``m/<slug>/staff/``: what the municipality's own people print of a program's evidence."""

from django.urls import path

from programs.views import printing_staff

urlpatterns = [
    path("programs/<int:year>/papers/", printing_staff.papers_page, name="staff-program-papers"),
    path("programs/<int:year>/dossier.pdf", printing_staff.dossier_pdf, name="program-dossier"),
    path("programs/<int:year>/dossier.zip", printing_staff.dossier_zip, name="program-dossier-zip"),
    path("programs/<int:year>/evaluation.pdf", printing_staff.evaluation_pdf, name="program-evaluation"),
    path("programs/<int:year>/evaluation.zip", printing_staff.evaluation_zip, name="program-evaluation-zip"),
]
