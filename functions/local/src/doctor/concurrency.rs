//! Lambda's concurrency of the account, against what the stack reserves.

use super::{
    api::{Api, LAMBDA},
    finding::Finding,
};
use crate::template::Deployment;

/// Lambda keeps so many instances for functions without a reservation.
const KEPT: u64 = 100;
/// The quota that AWS documents. New accounts begin with less.
const USUAL_QUOTA: u64 = 1_000;

pub(super) async fn examine(api: &Api, deployment: &Deployment) -> Finding {
    let subject = "concurrency of Lambda";
    let answer = match api.get(LAMBDA, "GetAccountSettings", "/2016-08-19/account-settings").await {
        Ok(answer) => answer,
        Err(error) => return Finding::failed(subject, &error),
    };
    let Some(quota) = answer["AccountLimit"]["ConcurrentExecutions"].as_u64() else {
        return Finding::unknown(subject, "the answer of Lambda has no quota");
    };
    let free = answer["AccountLimit"]["UnreservedConcurrentExecutions"].as_u64();
    let reserved: u64 =
        deployment.functions.iter().filter_map(|function| function.reserved_concurrency).sum();
    let needed = if reserved == 0 { KEPT } else { reserved + KEPT };
    let found = format!(
        "the account has {quota}, {} of it unreserved; the stack reserves {reserved}",
        free.unwrap_or(quota)
    );
    if quota < needed {
        return Finding::to_do(
            subject,
            format!(
                "{found}. A new account has a low quota: raise \"Concurrent executions\" to \
                 {USUAL_QUOTA} or more in the console of Service Quotas"
            ),
        );
    }
    Finding::fine(subject, found)
}
