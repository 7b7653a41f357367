// A phone's way through the API by the client of openapi-generator's typescript-fetch, which `tsc --strict` compiles.

import * as assert from "node:assert/strict";
import * as satchel from "satchel-client";
import { base, call, cursorOf, fillInbox, newestCode, operatorToken, run } from "./launcher";

const app = { xAppPlatform: satchel.SendOTPXAppPlatformEnum.Ios, xAppVersion: "1.4.0" };

/** The error with which a request is refused. */
async function refused(answer: Promise<unknown>): Promise<satchel.ErrorBody> {
    const error = await answer.then(() => assert.fail("it is not refused"), (error: unknown) => error);
    if (!(error instanceof satchel.ResponseError)) throw error;
    return satchel.ErrorBodyFromJSON(await error.response.json());
}

run(async () => {
    let access = "";
    const configuration = new satchel.Configuration({ basePath: base, accessToken: () => access });
    const authentication = new satchel.UserAuthenticationApi(configuration);
    const customers = new satchel.UserCustomerApi(configuration);
    const devices = new satchel.FCMDevicesApi(configuration);
    const inbox = new satchel.FCMNotificationApi(configuration);
    const addresses = new satchel.LocationAddressApi(configuration);
    const regions = new satchel.LocationRegionApi(configuration);
    const wallet = new satchel.WalletApi(configuration);

    const phone = "+12025550121";
    const sent = await call("sendOTP", authentication.sendOTP({ codeRequest: { phone }, ...app }));
    const otp = await newestCode();
    const device = { name: "A phone", platform: satchel.Platform.Ios, registrationId: "typescript:1" };
    const logIn = { phone, challenge: sent.challenge, otp, device };
    const loggedIn = await call("AuthenticateCustomer", customers.authenticateCustomer({ logInRequest: logIn }));
    assert.equal(loggedIn.customer.gender, null);
    const pair = await call("refresh_token_create", authentication.refreshTokenCreate({ refreshRequest: { refresh: loggedIn.refresh } }));
    access = pair.access;

    const read = await call("GetCustomerDetails", customers.getCustomerDetailsRaw({}));
    assert.equal((await read.value()).birthDate, null);
    const ifMatch = read.raw.headers.get("etag")!;
    const patch = { firstName: "A", gender: satchel.Gender.Female };
    const changed = await call("UpdateCustomer", customers.updateCustomer({ customerPatch: patch, ifMatch }));
    assert.equal(changed.gender, "female");
    const stale = await refused(customers.updateCustomer({ customerPatch: { gender: null }, ifMatch }));
    assert.equal(stale.errors[0]!.code, satchel.ErrorItemCodeEnum.PreconditionFailed);
    assert.equal((await customers.updateCustomer({ customerPatch: { gender: null } })).gender, null);

    const made = await call("devices_create", devices.devicesCreate({
        deviceRegistration: { registrationId: "typescript:2", type: satchel.Platform.Android, name: null },
    }));
    assert.equal(made.name, null);
    assert.equal((await call("devices_list", devices.devicesList())).length, 2);

    await fillInbox(phone, async () => (await inbox.listNotifications()).unread);
    const first = await call("listNotifications", inbox.listNotifications({ pageSize: 2 }));
    const second = await inbox.listNotifications({ pageSize: 2, cursor: cursorOf(first.next) });
    assert.deepEqual([first.results.length, second.results.length, second.next], [2, 1, null]);
    assert.equal(typeof second.results[0]!.data["number"], "number");

    const street = { line1: "1 Street", city: "Riyadh", country: "SA", postalCode: "12271" };
    const located = await call("CreateAddress", addresses.createAddress({ newAddress: { ...street, location: { lat: 24.7, lng: 46.7 } } }));
    assert.equal(located.region?.country.code, "SA");
    const plain = await addresses.createAddress({ newAddress: { ...street, location: null } });
    assert.deepEqual([plain.location, plain.region], [null, null]);
    const wrong = await refused(addresses.createAddress({ newAddress: { ...street, line1: "", postalCode: "x" } }));
    assert.equal(wrong.type, satchel.ErrorBodyTypeEnum.ValidationError);
    assert.deepEqual(wrong.errors.map((error) => [error.attr, error.code]), [["line1", "blank"], ["postal_code", "invalid"]]);
    assert.equal((await call("ListAddresses", addresses.listAddresses())).length, 2);

    const region = await call("GetRegionByPoint", regions.getRegionByPoint({ lat: 24.7, lng: 46.7 }));
    assert.equal(region.country.code, "SA");
    const move = (idempotencyKey: string, walletRequest: satchel.WalletRequest) => wallet.updateWallet({ idempotencyKey, walletRequest });
    const debit: satchel.WalletRequest = { type: "debit", amount: 100, currency: "KWD", reference: "Order 1" };
    const poor = await refused(call("updateWallet", move("order-1", debit)));
    assert.equal(poor.errors[0]!.code, "insufficient_funds");
    const own = access;
    access = operatorToken(loggedIn.customer.id);
    const credited = await move("credit-1", { type: "credit", amount: 1000, currency: "KWD", reference: "Test money" });
    assert.equal(credited.balance.available, 1000);
    access = own;
    const paid = await move("order-2", debit);
    assert.deepEqual([paid.entry.type, paid.entry.delta, paid.balance.available], ["debit", -100, 900]);

    const exported = await call("exportCustomer", customers.exportCustomer());
    assert.equal(exported.profile?.firstName, "A");
    await call("logoutDevice", authentication.logoutDevice({ logOutRequest: {} }));
    assert.equal((await refused(customers.getCustomerDetails())).errors[0]!.code, "token_not_valid");
});
