from django.urls import path

from programs.views import staff

urlpatterns = [
    path("programs/<int:year>/preview/", staff.program_preview, name="program-preview"),
    path("files/<int:pk>/", staff.evidence_file, name="staff-file"),
]
