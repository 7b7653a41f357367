// The same way by the client of orval.

import * as assert from "node:assert/strict";
import * as satchel from "./orval-client";
import { call, cursorOf, fillInbox, newestCode, operatorToken, run } from "./launcher";

let access = "";
const options = (more: Record<string, string> = {}): RequestInit => ({
    headers: { "X-App-Platform": "ios", "X-App-Version": "1.4.0", ...(access && { Authorization: `Bearer ${access}` }), ...more },
});

run(async () => {
    const phone = "+12025550125";
    const sent = await call("sendOTP", satchel.sendOTP({ phone }, options()));
    assert.ok(sent.status === 200);
    const otp = await newestCode();
    const device = { name: "A phone", platform: satchel.Platform.ios, registration_id: "orval:1" };
    const loggedIn = await call("AuthenticateCustomer", satchel.authenticateCustomer({ phone, challenge: sent.data.challenge, otp, device }));
    assert.ok(loggedIn.status === 201);
    assert.equal(loggedIn.data.customer.gender, null);
    const pair = await call("refresh_token_create", satchel.refreshTokenCreate({ refresh: loggedIn.data.refresh }, options()));
    assert.ok(pair.status === 200);
    access = pair.data.access;

    const read = await call("GetCustomerDetails", satchel.getCustomerDetails(options()));
    assert.ok(read.status === 200);
    const match = { "If-Match": read.headers.get("etag")! };
    const changed = await call("UpdateCustomer", satchel.updateCustomer({ first_name: "A", gender: "female" }, options(match)));
    assert.ok(changed.status === 200 && changed.data.gender === "female");
    const stale = await satchel.updateCustomer({ gender: null }, options(match));
    assert.ok(stale.status === 412 && stale.data.errors[0]!.code === satchel.ErrorItemCode.precondition_failed);

    const registration = { registration_id: "orval:2", type: satchel.Platform.android, name: null };
    const made = await call("devices_create", satchel.devicesCreate(registration, options()));
    assert.ok(made.status === 201 && made.data.name === null);
    const listed = await call("devices_list", satchel.devicesList(options()));
    assert.ok(listed.status === 200 && listed.data.length === 2);

    const page = async (query: satchel.ListNotificationsParams) => {
        const answer = await call("listNotifications", satchel.listNotifications(query, options()));
        assert.ok(answer.status === 200);
        return answer.data;
    };
    await fillInbox(phone, async () => (await page({})).unread);
    const first = await page({ page_size: 2 });
    const second = await page({ page_size: 2, cursor: cursorOf(first.next) });
    assert.deepEqual([first.results.length, second.results.length, second.next], [2, 1, null]);

    const street = { line1: "1 Street", city: "Riyadh", country: "SA", postal_code: "12271" };
    const located = await call("CreateAddress", satchel.createAddress({ ...street, location: { lat: 24.7, lng: 46.7 } }, options()));
    assert.ok(located.status === 201 && located.data.region?.country.code === "SA");
    const wrong = await satchel.createAddress({ ...street, line1: "", postal_code: "x" }, options());
    assert.ok(wrong.status === 400);
    assert.deepEqual(wrong.data.errors.map((error) => [error.attr, error.code]), [["line1", "blank"], ["postal_code", "invalid"]]);
    const addresses = await call("ListAddresses", satchel.listAddresses(options()));
    assert.ok(addresses.status === 200 && addresses.data.length === 1);

    const region = await call("GetRegionByPoint", satchel.getRegionByPoint({ lat: 24.7, lng: 46.7 }, options()));
    assert.ok(region.status === 200 && region.data.country.code === "SA");
    const debit: satchel.WalletRequest = { type: "debit", amount: 100, currency: "KWD", reference: "Order 1" };
    const move = (key: string, request: satchel.WalletRequest) => satchel.updateWallet(request, options({ "Idempotency-Key": key }));
    const poor = await call("updateWallet", move("order-1", debit));
    assert.ok(poor.status === 422 && poor.data.errors[0]!.code === "insufficient_funds");
    const own = access;
    access = operatorToken(loggedIn.data.customer.id);
    const credited = await move("credit-1", { type: "credit", amount: 1000, currency: "KWD", reference: "Test money" });
    assert.ok(credited.status === 200 && credited.data.balance.available === 1000);
    access = own;
    const paid = await move("order-2", debit);
    assert.ok(paid.status === 200);
    assert.deepEqual([paid.data.entry.type, paid.data.entry.delta, paid.data.balance.available], ["debit", -100, 900]);

    const exported = await call("exportCustomer", satchel.exportCustomer({}, options()));
    assert.ok(exported.status === 200 && exported.data.profile?.first_name === "A");
    const ended = await call("logoutDevice", satchel.logoutDevice({}, options()));
    assert.equal(ended.status, 204);
    const after = await satchel.getCustomerDetails(options());
    assert.ok(after.status === 401 && after.data.errors[0]!.code === "token_not_valid");
});
