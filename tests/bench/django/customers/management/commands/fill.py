"""`manage.py fill`: customers, each with devices, an address, a balance and a refresh token."""

from django.core.management.base import BaseCommand
from django.db import transaction
from fcm_django.models import FCMDevice
from rest_framework_simplejwt.tokens import RefreshToken

from customers.models import Address, Balance, Customer


class Command(BaseCommand):
    """Adds customers after those that are there. Phones count up from +12025550100."""

    help = "Adds customers with devices, an address, a balance and a refresh token."

    def add_arguments(self, parser):
        parser.add_argument("--customers", type=int, default=1)
        parser.add_argument("--devices", type=int, default=5)

    @transaction.atomic
    def handle(self, customers, devices, **_):
        first = Customer.objects.count()
        for number in range(first, first + customers):
            add_customer(number, devices)
        self.stdout.write(f"{customers} customers added.")


def add_customer(number, devices):
    """Makes a customer with everything that the original stored of one."""
    customer = Customer.objects.create_user(
        phone=f"+1{2025550100 + number}", first_name="Amal", last_name=f"Number {number}", language="en"
    )
    FCMDevice.objects.bulk_create(
        FCMDevice(
            user=customer,
            name=f"Phone {device}",
            registration_id=f"registration-{number}-{device}",
            device_id=f"device-{number}-{device}",
            type="android",
        )
        for device in range(devices)
    )
    Address.objects.create(
        customer=customer, line1="1 Main Street", city="Springfield", country="US", is_default=True
    )
    Balance.objects.create(customer=customer, currency="USD", amount=10_000)
    RefreshToken.for_user(customer)
    return customer
