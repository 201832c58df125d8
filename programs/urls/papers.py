from django.urls import path

from programs.views import printing

urlpatterns = [
    path("papers/", printing.paper_list, name="program-papers"),
    path("calendar.pdf", printing.calendar_pdf, name="program-pdf"),
    path("progress.pdf", printing.progress_pdf, name="program-progress-pdf"),
    path("progress.docx", printing.progress_docx, name="program-progress-docx"),
]
