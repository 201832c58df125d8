from django.urls import path

from consultations.views import notifying

urlpatterns = [
    path("consultations/<int:number>/notify/", notifying.notify_me, name="notify-me"),
]
