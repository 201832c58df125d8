from django.urls import path

from portal.dispatches import views

urlpatterns = [
    path("dispatches/", views.dispatch_list, name="staff-dispatches"),
    path("dispatches/new/", views.dispatch_new, name="dispatch-new"),
    path("dispatches/recipients/", views.recipients, name="staff-recipients"),
    path("dispatches/<int:pk>/", views.dispatch_page, name="staff-dispatch"),
    path("dispatches/<int:pk>/list.pdf", views.dispatch_paper, name="dispatch-list"),
    path("dispatches/<int:pk>/recipients/", views.dispatch_more, name="dispatch-more"),
    path("dispatches/<int:pk>/proofs/", views.dispatch_proofs, name="dispatch-proofs"),
    path("dispatches/<int:pk>/remove/", views.dispatch_remove, name="dispatch-remove"),
    path("dispatch-proofs/<int:pk>/", views.dispatch_proof, name="dispatch-proof"),
    path("dispatch-proofs/<int:pk>/remove/", views.proof_remove, name="dispatch-proof-remove"),
]
