from django.urls import path

from consultations.views import desk_participation, desk_periods

urlpatterns = [
    path("consultations/", desk_periods.consultation_list, name="staff-consultations"),
    path("consultations/new/", desk_periods.consultation_new, name="staff-consultation-new"),
    path("consultations/<int:number>/", desk_periods.consultation_page, name="staff-consultation"),
    path("consultations/<int:number>/edit/", desk_periods.consultation_edit, name="staff-consultation-edit"),
    path(
        "consultations/<int:number>/publish/",
        desk_periods.consultation_publish,
        name="staff-consultation-publish",
    ),
    path(
        "consultations/<int:number>/remove/",
        desk_periods.consultation_remove,
        name="staff-consultation-remove",
    ),
    path(
        "consultations/<int:number>/figures/",
        desk_periods.consultation_figures,
        name="consultation-figures",
    ),
    path("participation/", desk_participation.participation_rules, name="participation-rules"),
    path(
        "participation/lists/<slug:asked>/",
        desk_participation.list_begin,
        name="participation-list-begin",
    ),
]
