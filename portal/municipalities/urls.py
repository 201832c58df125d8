from django.urls import path

from portal.municipalities import views, views_invitations, views_members, views_unsent

DESK = "m/<slug:slug>/staff/"

urlpatterns = [
    path("m/<slug:slug>/zones/", views.zones_page, name="zones"),
    path("m/<slug:slug>/zones/map/", views.zone_map_file, name="zone-map"),
    path(f"{DESK}zones/", views.staff_zones, name="staff-zones"),
    path(f"{DESK}zones/map/", views.staff_zone_map, name="staff-zone-map"),
    path(f"{DESK}members/", views_members.members_page, name="staff-members"),
    path(f"{DESK}members/second-person/", views_members.second_person, name="staff-second-person"),
    path(f"{DESK}members/<int:pk>/", views_members.member_page, name="staff-member"),
    path(f"{DESK}members/<int:pk>/remove/", views_members.member_remove, name="staff-member-remove"),
    path(f"{DESK}members/<int:pk>/second-step/", views_members.member_factor, name="staff-member-factor"),
    path(
        f"{DESK}members/invitations/<int:pk>/again/",
        views_members.invitation_again,
        name="staff-invitation-again",
    ),
    path(
        f"{DESK}members/invitations/<int:pk>/withdraw/",
        views_members.invitation_withdraw,
        name="staff-invitation-withdraw",
    ),
    path("staff/unsent/", views_unsent.unsent_page, name="unsent"),
    path("invitation/<str:token>/", views_invitations.invitation_page, name="invitation"),
]
