from django.urls import include, path

from programs.views import exports, projects, public

urlpatterns = [
    path("programs/", public.program_list, name="programs"),
    path("m/<slug:slug>/programs/<int:year>/", public.program_page, name="program"),
    path("m/<slug:slug>/programs/<int:year>/calendar.ics", public.calendar_ics, name="program-ics"),
    path("m/<slug:slug>/programs/<int:year>/meetings.ics", public.meetings_ics, name="program-meetings-ics"),
    path("m/<slug:slug>/programs/<int:year>/calendar.csv", exports.calendar_csv, name="program-csv"),
    path("m/<slug:slug>/programs/<int:year>/calendar.xlsx", exports.calendar_xlsx, name="program-xlsx"),
    path("m/<slug:slug>/programs/<int:year>/calendar.docx", exports.calendar_docx, name="program-docx"),
    path("m/<slug:slug>/programs/<int:year>/calendar.json", exports.calendar_json, name="program-json"),
    path("m/<slug:slug>/programs/<int:year>/projects/", projects.project_list, name="program-projects"),
    path(
        "m/<slug:slug>/programs/<int:year>/projects/<int:number>/",
        projects.project_page,
        name="program-project",
    ),
    path("m/<slug:slug>/programs/<int:year>/money/", projects.money_page, name="program-money"),
    path("m/<slug:slug>/programs/<int:year>/needs/", projects.needs_page, name="program-needs"),
    path("m/<slug:slug>/programs/<int:year>/schedule/", projects.schedule_page, name="program-schedule"),
    path("m/<slug:slug>/programs/<int:year>/files/<int:pk>/", public.evidence_file, name="program-file"),
    path("m/<slug:slug>/programs/<int:year>/", include("programs.urls.diagnosis")),
    path("m/<slug:slug>/programs/<int:year>/", include("programs.urls.papers")),
    path("m/<slug:slug>/programs/<int:year>/", include("programs.urls.papers_projects")),
]
