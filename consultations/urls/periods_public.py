from django.urls import path

from consultations.views import periods

urlpatterns = [
    path("consultations/", periods.consultation_list, name="consultations"),
    path("consultations/<int:number>/", periods.consultation_page, name="consultation"),
    path("consultations/<int:number>/calendar.ics", periods.consultation_ics, name="consultation-ics"),
]
