from django.urls import path
from django.urls.resolvers import URLPattern

from consultations.views import answers, opinions

urlpatterns: list[URLPattern] = [
    path("answers/", answers.answers_page, name="answers"),
    path("answers/new/", answers.answer_new, name="answer-new"),
    path("answers/<int:pk>/", answers.answer_page, name="answer"),
    path("answers/<int:pk>/step/", answers.answer_step, name="answer-step"),
    path("opinions/", opinions.opinions_page, name="opinions-register"),
    path("opinions/<int:year>/register.<str:suffix>", opinions.opinions_file, name="opinions-register-file"),
]
