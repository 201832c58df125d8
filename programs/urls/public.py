from django.urls import path

from programs.views import exports, public

urlpatterns = [
    path("programs/", public.program_list, name="programs"),
    path("m/<slug:slug>/programs/<int:year>/", public.program_page, name="program"),
    path("m/<slug:slug>/programs/<int:year>/calendar.pdf", public.calendar_pdf, name="program-pdf"),
    path("m/<slug:slug>/programs/<int:year>/calendar.ics", public.calendar_ics, name="program-ics"),
    path("m/<slug:slug>/programs/<int:year>/calendar.csv", exports.calendar_csv, name="program-csv"),
    path("m/<slug:slug>/programs/<int:year>/calendar.xlsx", exports.calendar_xlsx, name="program-xlsx"),
    path("m/<slug:slug>/programs/<int:year>/calendar.docx", exports.calendar_docx, name="program-docx"),
    path("m/<slug:slug>/programs/<int:year>/calendar.json", exports.calendar_json, name="program-json"),
    path("m/<slug:slug>/programs/<int:year>/files/<int:pk>/", public.evidence_file, name="program-file"),
]
