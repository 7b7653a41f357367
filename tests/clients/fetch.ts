// The same way by openapi-fetch with the types of openapi-typescript.

import * as assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./types";
import { base, call, cursorOf, fillInbox, newestCode, operatorToken, run } from "./launcher";

type ErrorBody = components["schemas"]["ErrorBody"];
type Answer<T> = { data?: T; error?: ErrorBody; response: Response };

async function taken<T>(operation: string, answer: Promise<Answer<T>>): Promise<T> {
    const { data, error } = await call(operation, answer);
    assert.equal(error, undefined);
    return data!;
}

async function refused(answer: Promise<Answer<unknown>>): Promise<ErrorBody> {
    const { error } = await answer;
    return error!;
}

run(async () => {
    let access = "";
    const client = createClient<paths>({ baseUrl: base });
    client.use({
        onRequest({ request }) {
            if (access) request.headers.set("Authorization", `Bearer ${access}`);
            request.headers.set("X-App-Platform", "ios");
            request.headers.set("X-App-Version", "1.4.0");
        },
    });

    const phone = "+12025550124";
    const sent = await taken("sendOTP", client.POST("/api/send-otp/", { body: { phone } }));
    const otp = await newestCode();
    const device = { name: "A phone", platform: "ios" as const, registration_id: "fetch:1" };
    const logIn = { phone, challenge: sent.challenge, otp, device };
    const loggedIn = await taken("AuthenticateCustomer", client.POST("/api/customer/authenticate/", { body: logIn }));
    assert.equal(loggedIn.customer.gender, null);
    const { refresh } = loggedIn;
    access = (await taken("refresh_token_create", client.POST("/api/refresh-token/", { body: { refresh } }))).access;

    const read = await call("GetCustomerDetails", client.GET("/api/customer/"));
    assert.equal(read.data!.birth_date, null);
    const header = { "If-Match": read.response.headers.get("etag")! };
    const change = (body: components["schemas"]["CustomerPatch"]) => client.PATCH("/api/customer/", { body, params: { header } });
    assert.equal((await taken("UpdateCustomer", change({ first_name: "A", gender: "female" }))).gender, "female");
    assert.equal((await refused(change({ gender: null }))).errors[0]!.code, "precondition_failed");

    const registration = { registration_id: "fetch:2", type: "android" as const, name: null };
    assert.equal((await taken("devices_create", client.POST("/api/devices/", { body: registration }))).name, null);
    assert.equal((await taken("devices_list", client.GET("/api/devices/"))).length, 2);

    const page = (query: { page_size?: number; cursor?: string }) => client.GET("/api/notifications/", { params: { query } });
    await fillInbox(phone, async () => (await page({})).data?.unread);
    const first = await taken("listNotifications", page({ page_size: 2 }));
    const second = await taken("listNotifications", page({ page_size: 2, cursor: cursorOf(first.next) }));
    assert.deepEqual([first.results.length, second.results.length, second.next], [2, 1, null]);

    const street = { line1: "1 Street", city: "Riyadh", country: "SA", postal_code: "12271" };
    const create = (body: components["schemas"]["NewAddress"]) => client.POST("/api/addresses/", { body });
    const located = await taken("CreateAddress", create({ ...street, location: { lat: 24.7, lng: 46.7 } }));
    assert.equal(located.region?.country.code, "SA");
    const wrong = await refused(create({ ...street, line1: "", postal_code: "x" }));
    assert.deepEqual(wrong.errors.map((error) => [error.attr, error.code]), [["line1", "blank"], ["postal_code", "invalid"]]);
    assert.equal((await taken("ListAddresses", client.GET("/api/addresses/"))).length, 1);

    const point = { lat: 24.7, lng: 46.7 };
    const region = await taken("GetRegionByPoint", client.GET("/api/region/", { params: { query: point } }));
    assert.equal(region.country.code, "SA");
    const move = (key: string, body: components["schemas"]["WalletRequest"]) =>
        call("updateWallet", client.PATCH("/api/wallet/", { body, params: { header: { "Idempotency-Key": key } } }));
    const debit = { type: "debit" as const, amount: 100, currency: "KWD", reference: "Order 1" };
    assert.equal((await refused(move("order-1", debit))).errors[0]!.code, "insufficient_funds");
    const own = access;
    access = operatorToken(loggedIn.customer.id);
    const credited = await move("credit-1", { type: "credit", amount: 1000, currency: "KWD", reference: "Test money" });
    assert.equal(credited.data?.balance.available, 1000);
    access = own;
    const paid = (await move("order-2", debit)).data!;
    assert.deepEqual([paid.entry.type, paid.entry.delta, paid.balance.available], ["debit", -100, 900]);

    assert.equal((await taken("exportCustomer", client.GET("/api/customer/export/"))).profile?.first_name, "A");
    // A body that may be left out.
    const ended = await call("logoutDevice", client.POST("/api/logout-device/"));
    assert.equal(ended.response.status, 204);
    assert.equal((await refused(client.GET("/api/customer/"))).errors[0]!.code, "token_not_valid");
});
