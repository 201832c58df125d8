from django.urls import path

from programs.views import own_evidence

urlpatterns = [path("documents/<int:pk>/own/", own_evidence.document_own, name="document-own")]
