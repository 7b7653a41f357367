"""Customers, who log in with their phone, and what they own."""

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class CustomerManager(BaseUserManager):
    """Makes customers without a password: they log in with codes."""

    def create_user(self, phone, **fields):
        customer = self.model(phone=phone, **fields)
        customer.set_unusable_password()
        customer.save(using=self._db)
        return customer


class Customer(AbstractBaseUser, PermissionsMixin):
    """The user model. The phone is in E.164."""

    GENDERS = [("female", "Female"), ("male", "Male"), ("other", "Other"), ("undisclosed", "Undisclosed")]

    phone = models.CharField(max_length=16, unique=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    birth_date = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=11, choices=GENDERS, blank=True)
    language = models.CharField(max_length=35, blank=True)
    avatar_url = models.URLField(max_length=2048, blank=True)
    marketing_opt_in = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    USERNAME_FIELD = "phone"
    objects = CustomerManager()

    def __str__(self):
        return self.phone


class Address(models.Model):
    """A postal address of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="addresses")
    label = models.CharField(max_length=50, blank=True)
    recipient = models.CharField(max_length=150, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    line1 = models.CharField(max_length=255)
    line2 = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=100, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    instructions = models.CharField(max_length=500, blank=True)
    is_default = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    def __str__(self):
        return f"{self.line1}, {self.city}"


class Balance(models.Model):
    """What a customer has of a currency, in minor units."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="balances")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(default=0)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "currency"], name="one_balance_per_currency"),
            models.CheckConstraint(condition=models.Q(amount__gte=0), name="balance_not_negative"),
        ]

    def __str__(self):
        return f"{self.amount} {self.currency}"
