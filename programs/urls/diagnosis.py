"""Below ``m/<slug>/programs/<year>/``: the public pages of the diagnosis and the preparation."""

from django.urls import path

from programs.views import diagnosis

urlpatterns = [
    path("diagnosis/", diagnosis.diagnosis_page, name="program-diagnosis"),
    path("preparation/", diagnosis.preparation_page, name="program-preparation"),
    path("photos/<int:pk>/", diagnosis.facility_photo, name="facility-photo"),
]
