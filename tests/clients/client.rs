//! A phone's way through the API by a generated client (crate `satchel_client`). Argument: the base
//! URL.

use std::{env, error::Error};

use satchel_client::{
    apis::{
        configuration::Configuration,
        fcm_devices_api::{devices_create, devices_list},
        location_address_api::{create_address, list_addresses},
        user_authentication_api::{refresh_token_create, send_otp},
        user_customer_api::{
            authenticate_customer, export_customer, get_customer_details, update_customer,
        },
    },
    models::{
        CodeRequest, CustomerPatch, DeviceRegistration, Gender, Location, LogInRequest, NewAddress,
        NewDevice, Platform, RefreshRequest,
    },
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = env::args().nth(1).ok_or("no base URL")?;
    let mut api = Configuration { base_path: base.clone(), ..Configuration::new() };

    let phone = "+12025550123".to_owned();
    let sent = send_otp(&api, CodeRequest::new(phone.clone())).await?;
    let messages = api.client.get(format!("{base}/_local/messages")).send().await?.text().await?;
    let end = messages.rfind(" is your").ok_or("no message")?;
    let otp = messages[end - 6..end].to_owned();
    let mut log_in = LogInRequest::new(sent.challenge.to_string(), otp, phone);
    log_in.device = Some(Box::new(NewDevice {
        name: Some(Some("A phone".to_owned())),
        platform: Some(Platform::Ios),
        registration_id: Some(Some("rust:1".to_owned())),
    }));
    let logged_in = authenticate_customer(&api, log_in).await?;
    assert_eq!(logged_in.customer.gender, None);

    let pair = refresh_token_create(&api, RefreshRequest::new(logged_in.refresh)).await?;
    api.bearer_access_token = Some(pair.access);
    assert_eq!(get_customer_details(&api, None).await?.birth_date, None);
    let mut patch = CustomerPatch::new();
    patch.first_name = Some("A".to_owned());
    patch.gender = Some(Some(Gender::Female));
    assert_eq!(update_customer(&api, patch, None).await?.gender, Some(Gender::Female));
    let mut patch = CustomerPatch::new();
    patch.gender = Some(None);
    assert_eq!(update_customer(&api, patch, None).await?.gender, None);

    let registration = DeviceRegistration::new("rust:2".to_owned(), Platform::Android);
    assert_eq!(devices_create(&api, registration, None).await?.name, None);
    assert_eq!(devices_list(&api).await?.len(), 2);

    let street = || {
        let mut street =
            NewAddress::new("Riyadh".to_owned(), "SA".to_owned(), "1 Street".to_owned());
        street.postal_code = Some("12271".to_owned());
        street
    };
    let mut located = street();
    located.location = Some(Some(Box::new(Location::new(24.7, 46.7))));
    let located = create_address(&api, located, None, None).await?;
    assert_eq!(located.region.ok_or("no region")?.country.code, "SA");
    let mut plain = street();
    plain.location = Some(None);
    let plain = create_address(&api, plain, None, None).await?;
    assert!(plain.location.is_none() && plain.region.is_none());
    assert_eq!(list_addresses(&api, None).await?.len(), 2);

    let exported = export_customer(&api, None, None).await?;
    assert_eq!(exported.profile.ok_or("no profile")?.first_name, "A");
    println!(
        "called: sendOTP AuthenticateCustomer refresh_token_create GetCustomerDetails \
         UpdateCustomer devices_create devices_list CreateAddress ListAddresses exportCustomer"
    );
    Ok(())
}
