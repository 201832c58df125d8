from django.urls import path

from portal.meetings.views import posting, printing

urlpatterns = [
    path("meetings/<int:pk>/attendance.pdf", printing.attendance, name="meeting-attendance"),
    path("meetings/<int:pk>/minutes.pdf", printing.minutes_draft, name="staff-meeting-minutes-paper"),
    path("meetings/<int:pk>/minutes.docx", printing.minutes_docx, name="meeting-minutes-docx"),
    path("meetings/<int:pk>/posted/", posting.add_posted, name="meeting-posted"),
]
