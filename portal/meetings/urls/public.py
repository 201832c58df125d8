from django.urls import path

from portal.meetings.views import public

urlpatterns = [
    path("meetings/", public.meeting_list, name="meetings"),
    path("meetings.ics", public.meetings_ics, name="meetings-ics"),
    path("meetings/<int:pk>/", public.meeting_page, name="meeting"),
    path("meetings/<int:pk>/meeting.ics", public.meeting_ics, name="meeting-ics"),
    path("meetings/<int:pk>/files/<int:file_pk>/", public.meeting_file, name="meeting-file"),
]
