from django.urls import path

from portal.publications import views

urlpatterns = [
    path("publications/head.json", views.head_json, name="publications-head"),
    path("publications/entries.json", views.entries_json, name="publications-entries"),
    path("m/<slug:slug>/publications/", views.register_page, name="publications"),
    path("m/<slug:slug>/publications/<int:number>/", views.publication_page, name="publication"),
    path(
        "m/<slug:slug>/publications/<int:number>/content.json",
        views.content_json,
        name="publication-content",
    ),
]
