from django.urls import path

from portal.publications import verify, views

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
    path(
        "m/<slug:slug>/publications/<int:number>/certificate.pdf",
        verify.certificate_pdf,
        name="publication-certificate",
    ),
    path("verify/", verify.verify_door, name="verify"),
    path("verify/file/", verify.verify_file, name="verify-file"),
    path("verify/verifier.py", verify.verifier, name="verifier"),
    path("verify/<str:code>/", verify.verify_code, name="verify-code"),
]
