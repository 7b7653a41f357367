"""All 20 operations through a generated client (package petstore_client), each answer compared with what it must be. Argument: the base URL."""

import sys

import petstore_client as p
from petstore_client.exceptions import ApiException, NotFoundException

calls = []


def call(operation, *arguments, **named):
    calls.append(operation.__name__)
    return operation(*arguments, **named)


def same(found, expected):
    if found != expected:
        sys.exit(f"{calls[-1]}: {found!r} where {expected!r} was expected")


def told(answer, expected):
    """The original document does not say that these operations answer with anything."""
    if answer is not None:
        same(answer, expected)


def absent(operation, *arguments):
    try:
        call(operation, *arguments)
    except NotFoundException:
        return
    sys.exit(f"{operation.__name__}: something is still there")


configuration = p.Configuration(host=sys.argv[1], access_token="special-key", api_key={"api_key": "special-key"})
with p.ApiClient(configuration) as client:
    pets, store, users = p.PetApi(client), p.StoreApi(client), p.UserApi(client)
    samples = getattr(p, "SampleAPIsApi", None)
    samples = samples(client) if samples else pets

    exact = 9007199254740993
    new = p.Pet(id=exact, name="狗 & <dog>", photo_urls=["https://example.com/?a=1&b=2"], category=p.Category(id=exact, name="Dogs"),
                tags=[p.Tag(id=1, name="generated")], status="available")
    told(call(samples.add_pet, new), new)
    same(call(samples.get_pet_by_id, exact), new)
    same([pet.id for pet in call(samples.find_pets_by_status, ["available", "pending"]) if pet.id == exact], [exact])
    same([pet.id for pet in call(pets.find_pets_by_tags, ["generated"])], [exact])
    call(pets.update_pet_with_form, exact, name="rex", status="pending")
    same(call(samples.get_pet_by_id, exact).name, "rex")
    uploaded = call(pets.upload_file, exact, additional_metadata="from the side", file=("rex.png", b"0123456789"))
    same(uploaded.message, "additionalMetadata: from the side\nFile uploaded to ./rex.png, 10 bytes")
    before = call(store.get_inventory)
    new.status = "sold"
    told(call(samples.update_pet, new), new)
    after = call(store.get_inventory)
    same((after["sold"], after["pending"]), (before.get("sold", 0) + 1, before["pending"] - 1))
    call(samples.delete_pet, exact)
    absent(samples.get_pet_by_id, exact)

    order = call(store.place_order, p.Order(id=7, pet_id=exact, quantity=2, status="approved", complete=True))
    same((order.id, order.pet_id, order.complete), (7, exact, True))
    same(call(store.get_order_by_id, 7), order)
    call(store.delete_order, 7)
    absent(store.get_order_by_id, 7)

    name = "two words 100% 手机"
    user = p.User(id=exact, username=name, first_name="A", email="a@example.com", user_status=1)
    call(users.create_user, user)
    same(call(users.get_user_by_name, name), user)
    others = [p.User(id=n, username=f"generated {n}", user_status=0) for n in (1, 2)]
    call(users.create_users_with_array_input, others)
    call(users.create_users_with_list_input, others)
    same(call(users.get_user_by_name, "generated 2").id, 2)
    user.first_name = "B"
    call(users.update_user, name, user)
    same(call(users.get_user_by_name, name).first_name, "B")
    login = call(users.login_user_with_http_info, name, "secret")
    same("logged in user session:" in str(login.data), True)
    same({name.lower(): value for name, value in login.headers.items()}["x-rate-limit"], "5000")
    call(users.logout_user)
    for gone in (name, "generated 1", "generated 2"):
        call(users.delete_user, gone)
        absent(users.get_user_by_name, gone)

    try:
        samples.add_pet(p.Pet.model_construct(id=1, photo_urls=[]))
        sys.exit("add_pet: a pet without a name was taken")
    except ApiException as refused:
        same(refused.status, 400)

done = {name.removesuffix("_with_http_info") for name in calls}
if len(done) != 20:
    sys.exit(f"only {len(done)} operations were called: {sorted(done)}")
print(f"python: {len(done)} operations in {len(calls)} calls")
