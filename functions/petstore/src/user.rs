//! `getUserByName`, `updateUser` and `deleteUser`.

use axum::{extract::Path, response::Response};
use shared::{error_responses, http::error::ApiError, petstore::User};

use crate::{
    answer::Form,
    api_response::{ApiResponse, absent, bad_input},
    body::Sent,
    create_users::give_ids,
    document,
    shop::Shop,
};

/// Get user by user name
///
/// A name may hold any character but `?`, at which the gateway ends a path even if it is escaped.
#[utoipa::path(get, path = "/v2/user/{username}", operation_id = "getUserByName", tag = crate::USER,
    params(("username" = String, Path,
        description = "The name that needs to be fetched. Use user1 for testing.")),
    responses(
        (status = 200, description = "successful operation", body = User,
            example = json!(document::user())),
        InvalidName, UserNotFound,
    ))]
pub async fn get_user_by_name(
    shop: Shop,
    form: Form,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let user = shop.store().user(&name, shop.now()).await?;
    form.answer("User", &user.ok_or_else(|| absent("User not found"))?)
}

/// Updated user
///
/// The user of the body replaces the one that the path names, under the name of the body if it has
/// one. The message is the id.
#[utoipa::path(put, path = "/v2/user/{username}", operation_id = "updateUser", tag = crate::USER,
    params(("username" = String, Path, description = "name that need to be updated")),
    request_body(content = User, description = "Updated user object",
        example = json!(document::user())),
    responses(
        (status = 200, description = "Stored; the message is the id.", body = ApiResponse,
            example = json!(document::done("10"))),
        InvalidUser, UserNotFound,
    ))]
pub async fn update_user(
    shop: Shop,
    form: Form,
    Path(name): Path<String>,
    Sent(mut user): Sent<User>,
) -> Result<Response, ApiError> {
    give_ids(&shop, std::slice::from_mut(&mut user)).await?;
    let new_name = user.username.get_or_insert_with(|| name.clone()).clone();
    let replaced = shop
        .store()
        .replace_user(&name, (&new_name, &user), Some(shop.until()), shop.now())
        .await?;
    if replaced { form.done(user.id.to_string()) } else { Err(absent("User not found")) }
}

/// Delete user
///
/// The message is the name.
#[utoipa::path(delete, path = "/v2/user/{username}", operation_id = "deleteUser",
    tag = crate::USER,
    params(("username" = String, Path, description = "The name that needs to be deleted")),
    responses(
        (status = 200, description = "Deleted; the message is the name.", body = ApiResponse,
            example = json!(document::done("theUser"))),
        InvalidName, UserNotFound,
    ))]
pub async fn delete_user(
    shop: Shop,
    form: Form,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let deleted = shop.store().delete_user(&name, shop.now()).await?;
    if deleted { form.done(name) } else { Err(absent("User not found")) }
}

error_responses! {
    /// Invalid username supplied
    InvalidName: bad_input();
    /// Invalid user supplied
    InvalidUser: bad_input();
    /// User not found
    UserNotFound: absent("User not found");
}
