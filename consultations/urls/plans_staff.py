from django.urls import path

from consultations.views import desk_plans as views

urlpatterns = [
    path("plans/", views.plan_list, name="staff-plans"),
    path("plans/new/", views.plan_new, name="staff-plan-new"),
    path("plans/<slug:plan>/", views.plan_page, name="staff-plan"),
    path("plans/<slug:plan>/stages/", views.stages_page, name="staff-plan-stages"),
    path("plans/<slug:plan>/stages/<int:pk>/", views.stage_page, name="staff-plan-stage"),
    path("plans/<slug:plan>/stages/<int:pk>/move/", views.stage_move, name="staff-plan-move"),
    path("plans/<slug:plan>/stages/<int:pk>/meetings/", views.stage_meetings, name="staff-stage-meetings"),
    path("plans/<slug:plan>/stages/<int:pk>/files/", views.stage_files, name="staff-stage-files"),
    path("plans/files/<int:pk>/", views.stage_file, name="staff-stage-file"),
    path("plans/files/<int:pk>/visibility/", views.file_visibility, name="staff-stage-file-visibility"),
    path("plans/<slug:plan>/axes/", views.axes_page, name="staff-plan-axes"),
    path("plans/<slug:plan>/committee/", views.committee_page, name="staff-plan-committee"),
    path("plans/<slug:plan>/publish/", views.plan_publish, name="staff-plan-publish"),
]
