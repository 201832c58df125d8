from django.urls import include, path

from programs.views import (
    cells,
    drafting,
    evidence,
    grid,
    history,
    holidays,
    importing,
    planning,
    publishing,
    staff,
    task_meetings,
)

urlpatterns = [
    path("programs/new/", drafting.program_new, name="program-new"),
    path("programs/import/", importing.program_import, name="program-import"),
    path("origins/<int:pk>/", importing.program_origin, name="program-origin"),
    path("programs/<int:year>/", grid.program_grid, name="program-grid"),
    path("programs/<int:year>/cells/", cells.save, name="program-cells"),
    path("programs/<int:year>/cells/check/", cells.check, name="program-check"),
    path("programs/<int:year>/presence/", cells.presence, name="program-presence"),
    path("programs/<int:year>/publish/", publishing.program_publish, name="program-publish"),
    path("programs/<int:year>/preview/", staff.program_preview, name="program-preview"),
    path("programs/<int:year>/history/", history.program_history, name="program-history"),
    path("programs/<int:year>/tasks/<int:pk>/", evidence.task_page, name="staff-task"),
    path("programs/<int:year>/tasks/<int:pk>/meetings/", task_meetings.task_meetings, name="task-meetings"),
    path("programs/<int:year>/planning/", planning.program_planning, name="program-planning"),
    path("holidays/<int:year>/", holidays.holidays, name="staff-holidays"),
    path("documents/<int:pk>/files/", evidence.add_files, name="document-files"),
    path("files/<int:pk>/", staff.evidence_file, name="staff-file"),
    path("files/<int:pk>/replace/", evidence.replace_file, name="file-replace"),
    path("files/<int:pk>/visibility/", evidence.change_visibility, name="file-visibility"),
    path("", include("programs.urls.tables_staff")),
    path("", include("programs.urls.projects_staff")),
    path("", include("programs.urls.papers_staff")),
]
