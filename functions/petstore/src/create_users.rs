//! `createUser` and its two lists.

use std::collections::BTreeMap;

use axum::response::Response;
use shared::{
    error_responses,
    http::error::ApiError,
    petstore::{User, keys::Numbered},
};

use crate::{
    answer::Form,
    api_response::{ApiResponse, bad_input},
    body::Sent,
    document,
    shop::Shop,
};

/// How many users are put at once, all or none.
const AT_ONCE: usize = 100;

/// Create user
///
/// The user replaces one of the same name. Without an `id`, or with one below 1, it gets the next
/// free one; the message is the id. The sample shop knows no log-in that this would be needed for,
/// and everybody can read what is written here.
#[utoipa::path(post, path = "/v2/user", operation_id = "createUser", tag = crate::USER,
    request_body(content = User, description = "Created user object",
        example = json!(document::user())),
    responses(
        (status = 200, description = "successful operation", body = ApiResponse,
            example = json!(document::done("10"))),
        NotAUser,
    ))]
pub async fn create_user(
    shop: Shop,
    form: Form,
    Sent(user): Sent<User>,
) -> Result<Response, ApiError> {
    let users = put(&shop, vec![user]).await?;
    form.done(users.first().map_or(0, |user| user.id).to_string())
}

/// Creates list of users with given input array
///
/// All or none of up to a hundred users; more are written in hundreds.
#[utoipa::path(post, path = "/v2/user/createWithArray", operation_id = "createUsersWithArrayInput",
    tag = crate::USER,
    request_body(content = Vec<User>, description = "List of user object",
        example = json!([document::user()])),
    responses(
        (status = 200, description = "successful operation", body = ApiResponse,
            example = json!(document::done("ok"))),
        NotUsers,
    ))]
pub async fn create_users_with_array_input(
    shop: Shop,
    form: Form,
    Sent(users): Sent<Vec<User>>,
) -> Result<Response, ApiError> {
    create_all(&shop, form, users).await
}

/// Creates list of users with given input array
///
/// The same as `createUsersWithArrayInput`.
#[utoipa::path(post, path = "/v2/user/createWithList", operation_id = "createUsersWithListInput",
    tag = crate::USER,
    request_body(content = Vec<User>, description = "List of user object",
        example = json!([document::user()])),
    responses(
        (status = 200, description = "successful operation", body = ApiResponse,
            example = json!(document::done("ok"))),
        NotUsers,
    ))]
pub async fn create_users_with_list_input(
    shop: Shop,
    form: Form,
    Sent(users): Sent<Vec<User>>,
) -> Result<Response, ApiError> {
    create_all(&shop, form, users).await
}

async fn create_all(shop: &Shop, form: Form, users: Vec<User>) -> Result<Response, ApiError> {
    put(shop, users).await?;
    form.done("ok")
}

/// Puts users, and gives them with their ids. Of several with one name the last counts, as if each
/// had come by itself; one without a name could be asked for by nobody, and is not kept.
async fn put(shop: &Shop, mut users: Vec<User>) -> Result<Vec<User>, ApiError> {
    give_ids(shop, &mut users).await?;
    let named: BTreeMap<String, User> =
        users.iter().filter_map(|user| Some((user.username.clone()?, user.clone()))).collect();
    for some in named.into_iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        shop.store().put_users(some, Some(shop.until())).await?;
    }
    Ok(users)
}

/// Gives the next free ids to users that have none, or one below 1.
pub(crate) async fn give_ids(shop: &Shop, users: &mut [User]) -> Result<(), ApiError> {
    let without = users.iter_mut().filter(|user| user.id < 1).collect::<Vec<_>>();
    if let Some(count) = i64::try_from(without.len()).ok().filter(|count| *count > 0) {
        let last = shop.store().next_number(Numbered::Users, count).await?;
        without
            .into_iter()
            .zip(last.saturating_sub(count - 1)..)
            .for_each(|(user, id)| user.id = id);
    }
    Ok(())
}

error_responses! {
    /// Not a user.
    NotAUser: bad_input();
    /// Not a list of users.
    NotUsers: bad_input();
}
