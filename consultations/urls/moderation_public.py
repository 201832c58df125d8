from django.urls import path

from consultations.views import moderation

urlpatterns = [path("consultations/moderation/", moderation.ledger_page, name="moderation-ledger")]
