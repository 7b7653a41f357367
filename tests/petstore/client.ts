// All 20 operations through a generated client (alias petstore-client), each answer compared with what it must be. Argument: the base URL.
// The two documents name a body's argument differently, so each is given under all its names.

import assert from "node:assert/strict";
import * as client from "petstore-client";

const api = client as any;
const configuration = new api.Configuration({ basePath: process.argv[2], accessToken: "special-key", apiKey: "special-key" });
const [pets, store, users] = [new api.PetApi(configuration), new api.StoreApi(configuration), new api.UserApi(configuration)];
const samples = api.SampleAPIsApi ? new api.SampleAPIsApi(configuration) : pets;
const called = new Set<string>();

async function call(group: any, operation: string, argument?: any): Promise<any> {
    called.add(operation);
    return group[operation](argument);
}

// The original document does not say that these operations answer with anything.
function told(answer: any, expected: any) {
    if (answer !== undefined) assert.deepEqual({ ...answer }, expected);
}

async function absent(group: any, operation: string, argument: any) {
    await assert.rejects(call(group, operation, argument), (error: any) => error.response?.status === 404);
}

async function main() {
    const pet = { id: 700001, name: "狗 & <dog>", photoUrls: ["https://example.com/?a=1&b=2"], category: { id: 1, name: "Dogs" },
        tags: [{ id: 1, name: "typescript" }], status: "available" };
    const petId = pet.id;
    told(await call(samples, "addPet", { body: pet, pet }), pet);
    assert.deepEqual({ ...(await call(samples, "getPetById", { petId })) }, pet);
    const available = await call(samples, "findPetsByStatus", { status: ["available", "sold"] });
    assert.equal(available.filter((one: any) => one.id === petId).length, 1);
    assert.deepEqual((await call(pets, "findPetsByTags", { tags: ["typescript"] })).map((one: any) => one.id), [petId]);
    await call(pets, "updatePetWithForm", { petId, name: "rex", status: "pending" });
    assert.equal((await call(samples, "getPetById", { petId })).name, "rex");
    const file = new Blob(["0123456789"], { type: "image/png" });
    const uploaded = await call(pets, "uploadFile", { petId, additionalMetadata: "from the side", file });
    assert.match(uploaded.message, /^additionalMetadata: from the side\nFile uploaded to \.\/.+, 10 bytes$/);
    const before = await call(store, "getInventory");
    const sold = { ...pet, status: "sold" };
    told(await call(samples, "updatePet", { body: sold, pet: sold }), sold);
    assert.equal((await call(store, "getInventory")).sold, (before.sold ?? 0) + 1);
    await call(samples, "deletePet", { petId });
    await absent(samples, "getPetById", { petId });

    const order = { id: 8, petId, quantity: 2, shipDate: new Date("2026-11-25T18:00:00.000Z"), status: "approved", complete: true };
    assert.deepEqual({ ...(await call(store, "placeOrder", { body: order, order })) }, order);
    assert.deepEqual({ ...(await call(store, "getOrderById", { orderId: 8 })) }, order);
    await call(store, "deleteOrder", { orderId: 8 });
    await absent(store, "getOrderById", { orderId: 8 });

    const username = "two words 100% 手机";
    const user = { id: 5, username, firstName: "A", lastName: "B", email: "a@example.com", password: "x", phone: "1", userStatus: 1 };
    await call(users, "createUser", { body: user, user });
    assert.deepEqual({ ...(await call(users, "getUserByName", { username })) }, user);
    const others = [1, 2].map((id) => ({ id, username: `typescript ${id}` }));
    await call(users, "createUsersWithArrayInput", { body: others, user: others });
    await call(users, "createUsersWithListInput", { body: others, user: others });
    const changed = { ...user, firstName: "C" };
    await call(users, "updateUser", { username, body: changed, user: changed });
    assert.equal((await call(users, "getUserByName", { username })).firstName, "C");
    const login = await call(users, "loginUser", { username, password: "secret" });
    assert.match(JSON.stringify(login), /logged in user session:/);
    await call(users, "logoutUser");
    for (const gone of [username, "typescript 1", "typescript 2"]) {
        await call(users, "deleteUser", { username: gone });
        await absent(users, "getUserByName", { username: gone });
    }
    assert.equal(called.size, 20, `only ${called.size} operations were called`);
    console.log(`typescript: ${called.size} operations`);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
