"""The paths of the benchmark's stack, and those by which a test fills it."""

from django.urls import include, path
from rest_framework_simplejwt.views import TokenBlacklistView

from old_stack import views

urlpatterns = [
    path("api/log-in/", views.log_in),
    path("api/log-out/", TokenBlacklistView.as_view()),
    path("api/close/", views.close),
    path("", include("backend.urls")),
]
