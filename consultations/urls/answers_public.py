from django.urls import path
from django.urls.resolvers import URLPattern

from consultations.views import said

urlpatterns: list[URLPattern] = [
    path("consultations/<int:number>/said/", said.said_page, name="said-done"),
]
