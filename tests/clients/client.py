"""A phone's way through the API by a generated client (package satchel_client). Argument: the base URL."""

import json
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import satchel_client as s

called = []


def call(operation, function, *arguments, **named):
    called.append(operation)
    return function(*arguments, **named)


def same(found, expected):
    if found != expected:
        sys.exit(f"{called[-1]}: {found!r} where {expected!r} was expected")


def refused(function, *arguments, **named):
    """The error with which a request is refused."""
    try:
        function(*arguments, **named)
    except s.ApiException as error:
        return s.ErrorBody.from_json(error.body)
    sys.exit(f"{called[-1]}: it is not refused")


def fill_inbox(base, phone, unread):
    for number in (1, 2, 3):
        message = {"id": f"{phone}-{number}", "to": {"phone": phone}, "title": f"Message {number}", "data": {"number": number}}
        urllib.request.urlopen(f"{base}/_local/notify", json.dumps(message).encode()).close()
    for _ in range(100):
        if unread() == 3:
            return
        time.sleep(0.2)
    sys.exit("the inbox does not have the messages")


def operator_token(customer):
    """A token with which the operator may credit a customer, once."""
    command = ["tests/clients/operator_token", str(customer)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


base = sys.argv[1]
configuration = s.Configuration(host=base)
with s.ApiClient(configuration) as client:
    authentication, customers = s.UserAuthenticationApi(client), s.UserCustomerApi(client)
    devices, addresses, inbox = s.FCMDevicesApi(client), s.LocationAddressApi(client), s.FCMNotificationApi(client)
    regions, wallet = s.LocationRegionApi(client), s.WalletApi(client)

    phone = "+12025550122"
    app = {"x_app_platform": "ios", "x_app_version": "1.4.0"}
    sent = call("sendOTP", authentication.send_otp, s.CodeRequest(phone=phone), **app)
    with urllib.request.urlopen(f"{base}/_local/messages") as answer:
        otp = re.findall(r"(\d{6}) is your", answer.read().decode())[-1]
    device = s.NewDevice(name="A phone", platform=s.Platform.IOS, registration_id="python:1")
    log_in = s.LogInRequest(phone=phone, challenge=str(sent.challenge), otp=otp, device=device)
    logged_in = call("AuthenticateCustomer", customers.authenticate_customer, log_in)
    same(logged_in.customer.gender, None)
    pair = call("refresh_token_create", authentication.refresh_token_create, s.RefreshRequest(refresh=logged_in.refresh))
    configuration.access_token = pair.access

    read = call("GetCustomerDetails", customers.get_customer_details_with_http_info)
    same(read.data.birth_date, None)
    tag = next(value for name, value in read.headers.items() if name.lower() == "etag")
    patch = s.CustomerPatch(first_name="A", gender=s.Gender.FEMALE)
    same(call("UpdateCustomer", customers.update_customer, patch, if_match=tag).gender, s.Gender.FEMALE)
    stale = refused(customers.update_customer, s.CustomerPatch(gender=None), if_match=tag)
    same(stale.errors[0].code, "precondition_failed")
    same(customers.update_customer(s.CustomerPatch(gender=None)).gender, None)

    registration = s.DeviceRegistration(registration_id="python:2", type=s.Platform.ANDROID, name=None)
    same(call("devices_create", devices.devices_create, registration).name, None)
    same(len(call("devices_list", devices.devices_list)), 2)

    fill_inbox(base, phone, lambda: inbox.list_notifications().unread)
    first = call("listNotifications", inbox.list_notifications, page_size=2)
    cursor = urllib.parse.parse_qs(urllib.parse.urlsplit(first.next).query)["cursor"][0]
    second = inbox.list_notifications(page_size=2, cursor=cursor)
    same((len(first.results), len(second.results), second.next), (2, 1, None))
    same(type(second.results[0].data["number"]), int)

    street = {"line1": "1 Street", "city": "Riyadh", "country": "SA", "postal_code": "12271"}
    located = call("CreateAddress", addresses.create_address, s.NewAddress(**street, location=s.Location(lat=24.7, lng=46.7)))
    same(located.region.country.code, "SA")
    plain = addresses.create_address(s.NewAddress(**street, location=None))
    same((plain.location, plain.region), (None, None))
    wrong = refused(addresses.create_address, s.NewAddress(**{**street, "country": "XX"}))
    same([(error.attr, error.code) for error in wrong.errors], [("country", "invalid_choice")])
    same(len(call("ListAddresses", addresses.list_addresses)), 2)

    same(call("GetRegionByPoint", regions.get_region_by_point, 24.7, 46.7).country.code, "SA")
    debit = s.WalletRequest(s.DebitRequest(type="debit", amount=100, currency="KWD", reference="Order 1"))
    poor = refused(call, "updateWallet", wallet.update_wallet, "order-1", debit)
    same(poor.errors[0].code, "insufficient_funds")
    configuration.access_token = operator_token(logged_in.customer.id)
    credit = s.WalletRequest(s.CreditRequest(type="credit", amount=1000, currency="KWD", reference="Test money"))
    same(wallet.update_wallet("credit-1", credit).balance.available, 1000)
    configuration.access_token = pair.access
    paid = wallet.update_wallet("order-2", debit)
    same((paid.entry.type, paid.entry.delta, paid.balance.available), ("debit", -100, 900))

    exported = call("exportCustomer", customers.export_customer)
    same((exported.profile.first_name, exported.next), ("A", None))
    call("logoutDevice", authentication.logout_device)
    same(refused(customers.get_customer_details).errors[0].code, "token_not_valid")

print("called:", *called)
