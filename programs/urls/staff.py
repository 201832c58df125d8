from django.urls import path

from programs.views import importing, staff

urlpatterns = [
    path("programs/import/", importing.program_import, name="program-import"),
    path("origins/<int:pk>/", importing.program_origin, name="program-origin"),
    path("programs/<int:year>/preview/", staff.program_preview, name="program-preview"),
    path("files/<int:pk>/", staff.evidence_file, name="staff-file"),
]
