"""A phone's way through the API by a generated client (package satchel_client). Argument: the base URL."""

import re
import sys
import urllib.request

import satchel_client as s

called = []


def call(operation, function, *arguments, **named):
    called.append(operation)
    return function(*arguments, **named)


def same(found, expected):
    if found != expected:
        sys.exit(f"{called[-1]}: {found!r} where {expected!r} was expected")


base = sys.argv[1]
configuration = s.Configuration(host=base)
with s.ApiClient(configuration) as client:
    authentication, customers = s.UserAuthenticationApi(client), s.UserCustomerApi(client)
    devices, addresses = s.FCMDevicesApi(client), s.LocationAddressApi(client)

    phone = "+12025550122"
    sent = call("sendOTP", authentication.send_otp, s.CodeRequest(phone=phone))
    with urllib.request.urlopen(f"{base}/_local/messages") as answer:
        otp = re.findall(r"(\d{6}) is your", answer.read().decode())[-1]
    device = s.NewDevice(name="A phone", platform=s.Platform.IOS, registration_id="python:1")
    log_in = s.LogInRequest(phone=phone, challenge=str(sent.challenge), otp=otp, device=device)
    logged_in = call("AuthenticateCustomer", customers.authenticate_customer, log_in)
    same(logged_in.customer.gender, None)

    pair = call("refresh_token_create", authentication.refresh_token_create, s.RefreshRequest(refresh=logged_in.refresh))
    configuration.access_token = pair.access
    same(call("GetCustomerDetails", customers.get_customer_details).birth_date, None)
    patch = s.CustomerPatch(first_name="A", gender=s.Gender.FEMALE)
    same(call("UpdateCustomer", customers.update_customer, patch).gender, s.Gender.FEMALE)
    same(customers.update_customer(s.CustomerPatch(gender=None)).gender, None)

    registration = s.DeviceRegistration(registration_id="python:2", type=s.Platform.ANDROID, name=None)
    same(call("devices_create", devices.devices_create, registration).name, None)
    same(len(call("devices_list", devices.devices_list)), 2)

    street = {"line1": "1 Street", "city": "Riyadh", "country": "SA", "postal_code": "12271"}
    located = call("CreateAddress", addresses.create_address, s.NewAddress(**street, location=s.Location(lat=24.7, lng=46.7)))
    same(located.region.country.code, "SA")
    plain = addresses.create_address(s.NewAddress(**street, location=None))
    same((plain.location, plain.region), (None, None))
    same(len(call("ListAddresses", addresses.list_addresses)), 2)

    exported = call("exportCustomer", customers.export_customer)
    same((exported.profile.first_name, exported.next), ("A", None))

print("called:", *called)
