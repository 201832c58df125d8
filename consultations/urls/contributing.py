from django.urls import path

from consultations.views import contributing, following

urlpatterns = [
    path(
        "m/<slug:slug>/consultations/<int:number>/contribute/",
        contributing.contribute,
        name="contribute",
    ),
    path("m/<slug:slug>/consultations/<int:number>/form.pdf", contributing.paper_form, name="paper-form"),
    path("m/<slug:slug>/privacy/", contributing.privacy, name="privacy"),
    path("follow/", following.door, name="follow-door"),
    path("follow/<str:code>/", following.follow, name="follow"),
    path("follow/<str:code>/received/", following.received, name="received"),
    path("follow/<str:code>/correct/", following.correct, name="follow-correct"),
    path("follow/<str:code>/withdraw/", following.withdraw, name="follow-withdraw"),
    path("follow/<str:code>/erase/", following.erase, name="follow-erase"),
    path("follow/<str:code>/helped/", following.helped, name="follow-helped"),
]
