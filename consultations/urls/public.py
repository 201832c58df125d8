from django.urls import include, path

from consultations.views import public

urlpatterns = [
    path("plans/", public.plan_list, name="plans"),
    path("m/<slug:slug>/plans/<slug:plan>/", public.plan_page, name="plan"),
    path("m/<slug:slug>/plans/<slug:plan>/files/<int:pk>/", public.plan_file, name="plan-file"),
    path("m/<slug:slug>/plans/<slug:plan>/projects/<int:number>/", public.project_page, name="project"),
    path("", include("consultations.urls.contributing")),
    path("m/<slug:slug>/", include("consultations.urls.moderation_public")),
    path("m/<slug:slug>/", include("consultations.urls.periods_public")),
    path("m/<slug:slug>/", include("consultations.urls.notifying")),
    path("m/<slug:slug>/", include("consultations.urls.answers_public")),
    path("m/<slug:slug>/", include("consultations.urls.figures_public")),
    path("m/<slug:slug>/", include("consultations.urls.projects_public")),
    path("m/<slug:slug>/", include("consultations.urls.papers_public")),
]
