"""Below ``m/<slug>/staff/``: the desk's pages of what the calendar's tasks produce."""

from django.urls import path

from programs.views import exchanging, tables

urlpatterns = [
    path("programs/<int:year>/cell/", tables.cell_page, name="program-cell"),
    path("programs/<int:year>/announcements/", tables.announcements_page, name="program-announcements"),
    path("programs/<int:year>/infrastructure/", tables.infrastructure_page, name="program-infrastructure"),
    path("programs/<int:year>/facilities/", tables.facilities_page, name="program-facilities"),
    path("programs/<int:year>/facilities/new/", tables.facility_new, name="facility-new"),
    path("programs/<int:year>/facilities/<int:pk>/", tables.facility_page, name="facility"),
    path("programs/<int:year>/facilities/<int:pk>/photos/", tables.facility_photos, name="facility-photos"),
    path("programs/<int:year>/budget/", tables.budget_page, name="program-budget"),
    path("programs/<int:year>/recovery/", tables.recovery_page, name="program-recovery"),
    path("programs/<int:year>/coordination/", tables.coordination_page, name="program-coordination"),
    path("programs/<int:year>/coordination/new/", tables.coordination_new, name="coordination-new"),
    path("programs/<int:year>/coordination/<int:pk>/", tables.coordination_item, name="coordination"),
    path("programs/<int:year>/tables/<slug:table>/", exchanging.table_import, name="table-import"),
    path(
        "programs/<int:year>/tables/<slug:table>.<slug:format>", exchanging.table_export, name="table-export"
    ),
    path("photos/<int:pk>/", tables.staff_photo, name="staff-photo"),
    path("photos/<int:pk>/change/", tables.photo_change, name="photo-change"),
]
