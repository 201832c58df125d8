from django.urls import path

from portal.meetings.views import printing

urlpatterns = [
    path("meetings/<int:pk>/invitation.pdf", printing.invitation, name="meeting-invitation"),
    path("meetings/<int:pk>/poster.pdf", printing.poster, name="meeting-poster"),
    path("meetings/<int:pk>/minutes.pdf", printing.minutes, name="meeting-minutes-paper"),
]
