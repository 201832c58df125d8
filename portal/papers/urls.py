from django.urls import path

from portal.papers import views

urlpatterns = [
    path("", views.order, name="paper-order"),
    path("<str:key>/", views.printing, name="paper-printing"),
    path("<str:key>/file/", views.printed, name="paper-file"),
]
