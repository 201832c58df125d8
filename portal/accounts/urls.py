from django.urls import path

from portal.accounts import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/code/", views.code, name="second-factor"),
    path("sign-in/device/", views.device, name="second-factor-device"),
    path("sign-in/forgotten/", views.forgotten, name="forgot-password"),
    path("sign-in/reset/<str:code>/", views.reset, name="reset-password"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("account/", views.account, name="account"),
    path("account/password/", views.password, name="account-password"),
    path("account/email/", views.email, name="account-email"),
    path("account/email/<str:code>/", views.confirm_email, name="confirm-email"),
    path("account/second-factor/", views.factor, name="account-second-factor"),
    path("account/sessions/", views.end_sessions, name="account-sessions"),
]
