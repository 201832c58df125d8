"""Below ``m/<slug>/programs/<year>/``: the papers of projects, resources, execution and diagnosis."""

from django.urls import path

from programs.views import printing_projects

urlpatterns = [
    path("cards.pdf", printing_projects.cards_pdf, name="program-cards-pdf"),
    path("projects/<int:number>/card.pdf", printing_projects.card_pdf, name="program-card-pdf"),
    path("money.pdf", printing_projects.money_pdf, name="program-money-pdf"),
    path("schedule.pdf", printing_projects.schedule_pdf, name="program-schedule-pdf"),
    path("diagnosis.pdf", printing_projects.diagnosis_pdf, name="program-diagnosis-pdf"),
]
