from django.urls import path

from portal.notifications import views

urlpatterns = [
    path("subscriptions/<str:token>/confirm/", views.confirm_page, name="subscription-confirm"),
    path("subscriptions/<str:token>/stop/", views.end_page, name="subscription-end"),
]
