// A phone's way through the API by a generated client, which `tsc --strict` compiles. Argument: the base URL.

import * as assert from "node:assert/strict";
import * as satchel from "satchel-client";

const base = process.argv[2]!;
const called: string[] = [];

async function call<T>(operation: string, answer: Promise<T>): Promise<T> {
    called.push(operation);
    return answer;
}

async function main(): Promise<void> {
    let access = "";
    const configuration = new satchel.Configuration({ basePath: base, accessToken: () => access });
    const authentication = new satchel.UserAuthenticationApi(configuration);
    const customers = new satchel.UserCustomerApi(configuration);
    const devices = new satchel.FCMDevicesApi(configuration);
    const addresses = new satchel.LocationAddressApi(configuration);

    const phone = "+12025550121";
    const sent = await call("sendOTP", authentication.sendOTP({ codeRequest: { phone } }));
    const messages = await (await fetch(`${base}/_local/messages`)).text();
    const otp = [...messages.matchAll(/(\d{6}) is your/g)].at(-1)![1]!;
    const device = { name: "A phone", platform: satchel.Platform.Ios, registrationId: "typescript:1" };
    const logIn = { phone, challenge: sent.challenge, otp, device };
    const loggedIn = await call("AuthenticateCustomer", customers.authenticateCustomer({ logInRequest: logIn }));
    assert.equal(loggedIn.customer.gender, null);

    const pair = await call("refresh_token_create", authentication.refreshTokenCreate({ refreshRequest: { refresh: loggedIn.refresh } }));
    access = pair.access;
    const profile: satchel.Profile = await call("GetCustomerDetails", customers.getCustomerDetails());
    assert.equal(profile.birthDate, null);
    const changed = await call("UpdateCustomer", customers.updateCustomer({ customerPatch: { firstName: "A", gender: satchel.Gender.Female } }));
    assert.equal(changed.gender, "female");
    const cleared = await customers.updateCustomer({ customerPatch: { gender: null } });
    assert.equal(cleared.gender, null);

    const made = await call("devices_create", devices.devicesCreate({
        deviceRegistration: { registrationId: "typescript:2", type: satchel.Platform.Android, name: null },
    }));
    assert.equal(made.name, null);
    assert.equal((await call("devices_list", devices.devicesList())).length, 2);

    const street = { line1: "1 Street", city: "Riyadh", country: "SA", postalCode: "12271" };
    const located = await call("CreateAddress", addresses.createAddress({ newAddress: { ...street, location: { lat: 24.7, lng: 46.7 } } }));
    assert.equal(located.region?.country.code, "SA");
    const plain = await addresses.createAddress({ newAddress: { ...street, location: null } });
    assert.deepEqual([plain.location, plain.region], [null, null]);
    assert.equal((await call("ListAddresses", addresses.listAddresses())).length, 2);

    const exported = await call("exportCustomer", customers.exportCustomer());
    assert.equal(exported.profile?.firstName, "A");
    assert.equal(exported.next, null);
    console.log(`called: ${called.join(" ")}`);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
