"""The paths of the API that the original and Satchel have in common here."""

from django.urls import include, path
from fcm_django.api.rest_framework import FCMDeviceAuthorizedViewSet
from rest_framework.routers import SimpleRouter
from rest_framework_simplejwt.views import TokenRefreshView

router = SimpleRouter()
router.register("devices", FCMDeviceAuthorizedViewSet, basename="devices")

urlpatterns = [
    path("api/refresh-token/", TokenRefreshView.as_view(), name="refresh_token_create"),
    path("api/", include(router.urls)),
]
