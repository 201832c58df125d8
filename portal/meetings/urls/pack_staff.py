from django.urls import path

from portal.meetings import packs

urlpatterns = [path("meetings/<int:pk>/pack.pdf", packs.meeting_pack, name="meeting-pack")]
