from django.urls import path

from portal.meetings.views import staff, writing

urlpatterns = [
    path("meetings/", staff.meeting_list, name="staff-meetings"),
    path("meetings/new/", writing.meeting_new, name="meeting-new"),
    path("meetings/<int:pk>/", staff.meeting_page, name="staff-meeting"),
    path("meetings/<int:pk>/edit/", writing.meeting_edit, name="meeting-edit"),
    path("meetings/<int:pk>/minutes/", writing.meeting_minutes, name="meeting-minutes"),
    path("meetings/<int:pk>/step/", staff.meeting_step, name="meeting-step"),
    path("meetings/<int:pk>/held/", staff.meeting_held, name="meeting-held"),
    path("meetings/<int:pk>/files/", staff.add_files, name="meeting-files"),
    path("meetings/<int:pk>/videos/", staff.add_video, name="meeting-videos"),
    path("meeting-files/<int:pk>/", staff.meeting_file, name="staff-meeting-file"),
    path("meeting-files/<int:pk>/visibility/", staff.file_visibility, name="meeting-file-visibility"),
    path("meeting-videos/<int:pk>/remove/", staff.remove_video, name="meeting-video-remove"),
]
