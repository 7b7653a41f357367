//! The operations of the contract, and what the documentation of every operation must contain.

use std::collections::BTreeMap;

use crate::repository::{Operation, assert_none, document, operations};

/// The contract: each folder with the id, the method and the path of its operations. If an
/// operation has a second method, the id of the second one ends with its method.
pub const CONTRACT: &[(&str, &[(&str, &str)])] = &[
    (
        "User/Authentication",
        &[
            ("refresh_token_create", "POST /api/refresh-token/"),
            ("sendOTP", "POST /api/send-otp/"),
            ("logoutDevice", "POST /api/logout-device/"),
            ("logoutAllDevices", "POST /api/logout-all-devices/"),
            ("listSessions", "GET /api/sessions/"),
            ("revokeSession", "DELETE /api/sessions/{id}/"),
            ("jwks", "GET /.well-known/jwks.json"),
        ],
    ),
    (
        "User/Customer",
        &[
            ("AuthenticateCustomer", "POST /api/customer/authenticate/"),
            ("GetCustomerDetails", "GET /api/customer/"),
            ("UpdateCustomer", "PATCH /api/customer/"),
            ("UpdateCustomer_put", "PUT /api/customer/"),
            ("DeleteCustomer", "DELETE /api/customer/"),
            ("exportCustomer", "GET /api/customer/export/"),
        ],
    ),
    (
        "Location",
        &[
            ("ListCountries", "GET /api/countries/"),
            ("ListRegions", "GET /api/regions/"),
            ("GetRegionByPoint", "GET /api/region/"),
            ("ListAddresses", "GET /api/addresses/"),
            ("CreateAddress", "POST /api/addresses/"),
            ("UpdateAddress", "PATCH /api/addresses/{id}/"),
            ("UpdateAddress_put", "PUT /api/addresses/{id}/"),
            ("DeleteAddress", "DELETE /api/addresses/{id}/"),
        ],
    ),
    (
        "Wallet",
        &[
            ("listWalletDetails", "GET /api/wallet/"),
            ("updateWallet", "PATCH /api/wallet/"),
            ("updateWallet_post", "POST /api/wallet/"),
        ],
    ),
    (
        "FCM",
        &[
            ("devices_list", "GET /api/devices/"),
            ("devices_create", "POST /api/devices/"),
            ("devices_retrieve", "GET /api/devices/{registration_id}/"),
            ("devices_update", "PUT /api/devices/{registration_id}/"),
            ("devices_partial_update", "PATCH /api/devices/{registration_id}/"),
            ("devices_destroy", "DELETE /api/devices/{registration_id}/"),
            ("listNotifications", "GET /api/notifications/"),
            ("deleteNotification", "DELETE /api/notifications/{id}/"),
            ("bulkDeleteNotifications", "POST /api/notifications/bulk-delete/"),
            ("bulkDeleteNotifications_delete", "DELETE /api/notifications/"),
            ("markNotificationsRead", "POST /api/notifications/read/"),
            ("getNotificationPreferences", "GET /api/notifications/preferences/"),
            ("updateNotificationPreferences", "PATCH /api/notifications/preferences/"),
        ],
    ),
    (
        "AppInfo",
        &[
            ("getSocialAccounts", "GET /api/social-accounts/"),
            ("getAppInfo", "GET /api/app-info/"),
            ("listFaqs", "GET /api/faqs/"),
        ],
    ),
    ("👀 A_接口状态_看效果", &[("allParameters", "POST /api/all-parameters/{id}/")]),
    (
        "Sample APIs",
        &[
            ("addPet", "POST /v2/pet"),
            ("updatePet", "PUT /v2/pet"),
            ("findPetsByStatus", "GET /v2/pet/findByStatus"),
            ("getPetById", "GET /v2/pet/{petId}"),
            ("deletePet", "DELETE /v2/pet/{petId}"),
        ],
    ),
    (
        "pet",
        &[
            ("uploadFile", "POST /v2/pet/{petId}/uploadImage"),
            ("findPetsByTags", "GET /v2/pet/findByTags"),
            ("updatePetWithForm", "POST /v2/pet/{petId}"),
        ],
    ),
    (
        "store",
        &[
            ("getInventory", "GET /v2/store/inventory"),
            ("placeOrder", "POST /v2/store/order"),
            ("getOrderById", "GET /v2/store/order/{orderId}"),
            ("deleteOrder", "DELETE /v2/store/order/{orderId}"),
        ],
    ),
    (
        "user",
        &[
            ("createUsersWithListInput", "POST /v2/user/createWithList"),
            ("getUserByName", "GET /v2/user/{username}"),
            ("updateUser", "PUT /v2/user/{username}"),
            ("deleteUser", "DELETE /v2/user/{username}"),
            ("loginUser", "GET /v2/user/login"),
            ("logoutUser", "GET /v2/user/logout"),
            ("createUsersWithArrayInput", "POST /v2/user/createWithArray"),
            ("createUser", "POST /v2/user"),
        ],
    ),
];

#[test]
fn every_operation_of_the_contract_keeps_its_path_and_its_folder() {
    let document = document();
    let all = operations(&document);
    let mut problems = Vec::new();
    let named = CONTRACT.iter().flat_map(|(folder, ids)| ids.iter().map(move |id| (folder, id)));
    for (folder, (id, place)) in named {
        let Some(operation) = all.iter().find(|one| one.described["operationId"] == *id) else {
            problems.push(format!(
                "no operation has the id {id}, which apps of today call: clients are generated \
                 from it, so an operation may be added but not removed or renamed"
            ));
            continue;
        };
        if operation.place() != *place {
            problems.push(format!(
                "{id} is served at {}, but apps of today call it at {place}: see CONTRACT in \
                 tests/contract/operations.rs",
                operation.place()
            ));
        }
        let tag = operation.described["tags"][0].as_str().unwrap_or_default();
        let is_below = |rest: &str| rest.is_empty() || rest.starts_with('/');
        if !tag.strip_prefix(folder).is_some_and(is_below) {
            problems.push(format!(
                "{place} has the tag {tag:?}: its #[utoipa::path] must have \"{folder}\" or a \
                 folder below it"
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_operation_has_one_tag() {
    let operations = operations(&document());
    let tags = |one: &Operation| one.described["tags"].as_array().map_or(0, Vec::len);
    let wrong = operations.iter().filter(|one| tags(one) != 1);
    let problems: Vec<String> = wrong
        .map(|one| format!("{} must have one tag in its #[utoipa::path]", one.place()))
        .collect();
    assert_none(&problems);
}

#[test]
fn operation_ids_are_unique() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for operation in operations(&document()) {
        let id = operation.described["operationId"].as_str().unwrap_or_default().to_owned();
        places.entry(id).or_default().push(operation.place());
    }
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    let problems: Vec<String> = twice
        .map(|(id, places)| {
            format!(
                "the operation id {id} is used by {}: give each its own in #[utoipa::path]",
                places.join(" and ")
            )
        })
        .collect();
    assert_none(&problems);
}

#[test]
fn every_operation_has_a_summary_and_a_description() {
    let mut problems = Vec::new();
    for operation in operations(&document()) {
        let is_blank = |member: &str| {
            operation.described[member].as_str().is_none_or(|text| text.trim().is_empty())
        };
        if is_blank("summary") || is_blank("description") {
            problems.push(format!(
                "{} needs a summary and a description: write a doc comment of two paragraphs on \
                 its handler",
                operation.place()
            ));
        }
    }
    assert_none(&problems);
}

#[test]
fn every_operation_documents_its_possible_errors() {
    let mut problems = Vec::new();
    for operation in operations(&document()) {
        let responses = &operation.described["responses"];
        let missing: Vec<&str> = errors_of(&operation)
            .into_iter()
            .filter(|status| responses[*status].is_null())
            .collect();
        if !missing.is_empty() {
            problems.push(format!(
                "{} does not document {}: shared/src/http/openapi.rs adds the errors of all \
                 operations",
                operation.place(),
                missing.join(", ")
            ));
        }
        if !responses.as_object().into_iter().flatten().any(|(status, _)| status.starts_with('2')) {
            problems.push(format!(
                "{} documents no success: add a status of 200 to 299 to `responses` of its \
                 #[utoipa::path]",
                operation.place()
            ));
        }
    }
    assert_none(&problems);
}

fn errors_of(operation: &Operation) -> Vec<&'static str> {
    let mut statuses = vec!["405", "406", "500"];
    if !operation.described["requestBody"].is_null() {
        statuses.extend(["400", "413", "415"]);
    }
    if operation.is_authenticated() {
        statuses.push("401");
    }
    statuses
}
