from django.urls import path

from portal.audit import views

urlpatterns = [
    path("journal/", views.staff_journal, name="staff-journal"),
    path("journal/file/", views.journal_file, name="staff-journal-file"),
]
