//! A phone's way through the API by a generated client (crate `satchel_client`). Argument: the base
//! URL.

use std::{
    env, error::Error as StdError, fmt::Debug, process::Command, thread::sleep, time::Duration,
};

use satchel_client::{
    apis::{
        Error,
        configuration::Configuration,
        fcm_devices_api::{devices_create, devices_list},
        fcm_notification_api::list_notifications,
        location_address_api::{create_address, list_addresses},
        location_region_api::get_region_by_point,
        user_authentication_api::{logout_device, refresh_token_create, send_otp},
        user_customer_api::{
            authenticate_customer, export_customer, get_customer_details, update_customer,
        },
        wallet_api::update_wallet,
    },
    models::{
        CodeRequest, CreditRequest, CustomerPatch, DebitRequest, DeviceRegistration, ErrorBody,
        Gender, Location, LogInRequest, LogOutRequest, NewAddress, NewDevice, Platform,
        RefreshRequest, WalletRequest, error_item::Code,
    },
};

/// The platform and the version of the app, which the last arguments name.
const IOS: Option<&str> = Some("ios");
const VERSION: Option<&str> = Some("1.4.0");

/// The error with which a request is refused.
fn refused<T: Debug, E: Debug>(answer: Result<T, Error<E>>) -> ErrorBody {
    match answer {
        Err(Error::ResponseError(refused)) => {
            serde_json::from_str(&refused.content).expect("the body of an error")
        }
        other => panic!("it is not refused: {other:?}"),
    }
}

async fn fill_inbox(api: &Configuration, phone: &str) -> Result<(), Box<dyn StdError>> {
    for number in 1..=3 {
        let message = format!(
            r#"{{"id": "{phone}-{number}", "to": {{"phone": "{phone}"}}, "title": "{number}"}}"#
        );
        let notify = format!("{}/_local/notify", api.base_path);
        api.client.post(notify).body(message).send().await?.error_for_status()?;
    }
    for _ in 0..100 {
        if list_notifications(api, None, None, None, IOS, VERSION).await?.unread == Some(3) {
            return Ok(());
        }
        sleep(Duration::from_millis(200));
    }
    Err("the inbox does not have the messages".into())
}

/// A token with which the operator may credit a customer, once.
fn operator_token(customer: &str) -> Result<String, Box<dyn StdError>> {
    let output = Command::new("tests/clients/operator_token").arg(customer).output()?;
    if !output.status.success() {
        return Err("no operator token".into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn StdError>> {
    let base = env::args().nth(1).ok_or("no base URL")?;
    let mut api = Configuration { base_path: base.clone(), ..Configuration::new() };

    let phone = "+12025550123".to_owned();
    let sent = send_otp(&api, CodeRequest::new(phone.clone()), IOS, VERSION).await?;
    let messages = api.client.get(format!("{base}/_local/messages")).send().await?.text().await?;
    let end = messages.rfind(" is your").ok_or("no message")?;
    let otp = messages[end - 6..end].to_owned();
    let mut log_in = LogInRequest::new(sent.challenge.to_string(), otp, phone.clone());
    log_in.device = Some(Box::new(NewDevice {
        name: Some(Some("A phone".to_owned())),
        platform: Some(Platform::Ios),
        registration_id: Some(Some("rust:1".to_owned())),
    }));
    let logged_in = authenticate_customer(&api, log_in, IOS, VERSION).await?;
    assert_eq!(logged_in.customer.gender, None);

    let request = RefreshRequest::new(logged_in.refresh);
    api.bearer_access_token = Some(refresh_token_create(&api, request, IOS, VERSION).await?.access);
    assert_eq!(get_customer_details(&api, None, IOS, VERSION).await?.birth_date, None);
    let mut patch = CustomerPatch::new();
    patch.first_name = Some("A".to_owned());
    patch.gender = Some(Some(Gender::Female));
    let changed = update_customer(&api, patch, Some("*"), IOS, VERSION).await?;
    assert_eq!(changed.gender, Some(Gender::Female));
    let mut patch = CustomerPatch::new();
    patch.gender = Some(None);
    let stale = update_customer(&api, patch.clone(), Some("\"0\""), IOS, VERSION).await;
    assert_eq!(refused(stale).errors[0].code, Code::PreconditionFailed);
    assert_eq!(update_customer(&api, patch, None, IOS, VERSION).await?.gender, None);

    let registration = DeviceRegistration::new("rust:2".to_owned(), Platform::Android);
    assert_eq!(devices_create(&api, registration, None, IOS, VERSION).await?.name, None);
    assert_eq!(devices_list(&api, IOS, VERSION).await?.len(), 2);

    fill_inbox(&api, &phone).await?;
    let first = list_notifications(&api, None, Some(2), None, IOS, VERSION).await?;
    let next = first.next.ok_or("no second page")?;
    let (_, cursor) = next.split_once("cursor=").ok_or("no cursor")?;
    let second = list_notifications(&api, Some(cursor), Some(2), None, IOS, VERSION).await?;
    assert_eq!((first.results.len(), second.results.len(), second.next), (2, 1, None));

    let street = |line1: &str| {
        let mut street = NewAddress::new("Riyadh".to_owned(), "SA".to_owned(), line1.to_owned());
        street.postal_code = Some("12271".to_owned());
        street
    };
    let mut located = street("1 Street");
    located.location = Some(Some(Box::new(Location::new(24.7, 46.7))));
    let located = create_address(&api, located, None, None, IOS, VERSION).await?;
    assert_eq!(located.region.ok_or("no region")?.country.code, "SA");
    let mut plain = street("1 Street");
    plain.location = Some(None);
    let plain = create_address(&api, plain, None, None, IOS, VERSION).await?;
    assert!(plain.location.is_none() && plain.region.is_none());
    let wrong = refused(create_address(&api, street(""), None, None, IOS, VERSION).await);
    assert_eq!(
        (wrong.errors[0].code, wrong.errors[0].attr.as_deref()),
        (Code::Blank, Some("line1"))
    );
    assert_eq!(list_addresses(&api, None, IOS, VERSION).await?.len(), 2);

    let region = get_region_by_point(&api, 24.7, 46.7, None, None, None, IOS, VERSION).await?;
    assert_eq!(region.country.code, "SA");
    let debit = DebitRequest::new(100, "KWD".to_owned(), Default::default());
    let debit = WalletRequest::Debit(Box::new(debit));
    let poor = refused(update_wallet(&api, "order-1", debit.clone(), IOS, VERSION).await);
    assert_eq!(poor.errors[0].code, Code::InsufficientFunds);
    let own = api.bearer_access_token.replace(operator_token(&logged_in.customer.id.to_string())?);
    let credit = CreditRequest::new(1000, "KWD".to_owned(), Default::default());
    let credit = WalletRequest::Credit(Box::new(credit));
    let credited = update_wallet(&api, "credit-1", credit, IOS, VERSION).await?;
    assert_eq!(credited.balance.available, 1000);
    api.bearer_access_token = own;
    let paid = update_wallet(&api, "order-2", debit, IOS, VERSION).await?;
    assert_eq!((paid.entry.delta, paid.balance.available), (-100, 900));

    let exported = export_customer(&api, None, None, IOS, VERSION).await?;
    assert_eq!(exported.profile.ok_or("no profile")?.first_name, "A");
    // For `None` this client sends null, which the API refuses.
    logout_device(&api, IOS, VERSION, Some(LogOutRequest::new())).await?;
    let after = refused(get_customer_details(&api, None, IOS, VERSION).await);
    assert_eq!(after.errors[0].code, Code::TokenNotValid);
    println!(
        "called: sendOTP AuthenticateCustomer refresh_token_create GetCustomerDetails \
         UpdateCustomer devices_create devices_list listNotifications CreateAddress ListAddresses \
         GetRegionByPoint updateWallet exportCustomer logoutDevice"
    );
    Ok(())
}
