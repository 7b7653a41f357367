"""Log-ins without codes. Only tests run this."""

from datetime import timedelta

from customers.models import Balance, Customer
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.response import Response
from rest_framework_simplejwt.tokens import RefreshToken


@api_view(["POST"])
@authentication_classes([])
@permission_classes([])
def log_in(request):
    """Tokens of the customer with a phone, who is made with a balance if new. `seconds` is how long the
    refresh token lives."""
    customer = Customer.objects.filter(phone=request.data["phone"]).first()
    if customer is None:
        customer = Customer.objects.create_user(phone=request.data["phone"], first_name="Amal", language="en")
        Balance.objects.create(customer=customer, currency="USD", amount=10_000 + customer.pk)
    refresh = RefreshToken.for_user(customer)
    if "seconds" in request.data:
        refresh.set_exp(lifetime=timedelta(seconds=request.data["seconds"]))
    return Response({"id": customer.pk, "refresh": str(refresh), "access": str(refresh.access_token)})


@api_view(["POST"])
def close(request):
    """Deactivates the account of the caller."""
    request.user.is_active = False
    request.user.save(update_fields=["is_active"])
    return Response({})
