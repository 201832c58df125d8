from django.urls import path

from portal.audit import views

urlpatterns = [path("journal/", views.staff_journal, name="staff-journal")]
