"""What the public takes away from a consultation: its contributions as a table."""

from django.urls import path

from consultations.views import figures

_CONSULTATION = "consultations/<int:number>/"

urlpatterns = [
    path(f"{_CONSULTATION}contributions.csv", figures.contributions_csv, name="consultation-csv"),
    path(f"{_CONSULTATION}contributions.xlsx", figures.contributions_xlsx, name="consultation-xlsx"),
]
