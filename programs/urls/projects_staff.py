"""The desk's addresses of a program's projects, within ``m/<slug>/staff/``."""

from django.urls import path

from programs.views import desk_projects

urlpatterns = [
    path("programs/<int:year>/projects/", desk_projects.cards_page, name="staff-cards"),
    path("programs/<int:year>/projects/new/", desk_projects.card_new, name="staff-card-new"),
    path("programs/<int:year>/projects/<int:number>/", desk_projects.card_page, name="staff-card"),
    path("programs/<int:year>/projects/<int:number>/step/", desk_projects.card_step, name="staff-card-step"),
    path(
        "programs/<int:year>/projects/<int:number>/schedule/",
        desk_projects.card_schedule,
        name="staff-card-schedule",
    ),
    path(
        "programs/<int:year>/projects/<int:number>/progress/",
        desk_projects.card_progress,
        name="staff-card-progress",
    ),
    path("programs/<int:year>/schedule/", desk_projects.schedule_page, name="staff-schedule"),
    path("programs/<int:year>/money/", desk_projects.money_page, name="staff-money"),
    path("programs/<int:year>/needs/", desk_projects.needs_page, name="staff-needs"),
    path("programs/<int:year>/needs/new/", desk_projects.need_new, name="staff-need-new"),
    path("programs/<int:year>/needs/<int:number>/", desk_projects.need_page, name="staff-need"),
    path("programs/<int:year>/needs/<int:number>/link/", desk_projects.need_link, name="staff-need-link"),
    path("programs/<int:year>/needs/<int:number>/drop/", desk_projects.need_drop, name="staff-need-drop"),
]
