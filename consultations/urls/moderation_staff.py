from django.urls import path

from consultations.views import entering, moderation

urlpatterns = [
    path("contributions/", moderation.queue_page, name="moderation"),
    path("contributions/several/", moderation.bulk_page, name="moderation-bulk"),
    path("contributions/enter/", entering.enter_page, name="contribution-enter"),
    path("contributions/<int:pk>/", moderation.contribution_page, name="contribution"),
    path("contributions/<int:pk>/publish/", moderation.publish_page, name="contribution-publish"),
    path("contributions/<int:pk>/refuse/", moderation.refuse_page, name="contribution-refuse"),
    path("contributions/<int:pk>/redact/", moderation.redact_page, name="contribution-redact"),
    path("contributions/<int:pk>/hand-over/", moderation.hand_over_page, name="contribution-hand-over"),
]
