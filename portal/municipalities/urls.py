from django.urls import path

from portal.municipalities import views

urlpatterns = [
    path("m/<slug:slug>/zones/", views.zones_page, name="zones"),
    path("m/<slug:slug>/zones/map/", views.zone_map_file, name="zone-map"),
    path("m/<slug:slug>/staff/zones/", views.staff_zones, name="staff-zones"),
    path("m/<slug:slug>/staff/zones/map/", views.staff_zone_map, name="staff-zone-map"),
]
