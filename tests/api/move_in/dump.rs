//! Dumps of a Django stack, made for tests.

use std::{
    fmt::Write as _,
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

/// A file that is removed when dropped.
pub struct DumpFile(PathBuf);

impl DumpFile {
    /// A file with this content, for the test with this name.
    pub fn new(test: &str, text: &str) -> Self {
        let file = Self::empty(test);
        std::fs::write(&file.0, text).expect("the dump is written");
        file
    }

    /// The name of a file that is not there yet.
    pub fn empty(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("satchel-{test}-{}.json", std::process::id())))
    }

    /// The dump of some users, as [`user`] has them.
    pub fn of_users(test: &str, users: u64) -> Self {
        let file = Self::empty(test);
        let mut output = BufWriter::new(File::create(&file.0).expect("the dump is created"));
        write_users(&mut output, users);
        file
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> String {
        std::fs::read_to_string(&self.0).unwrap_or_default()
    }
}

impl Drop for DumpFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

/// JSON lines.
pub fn lines(rows: &[Value]) -> String {
    rows.iter().fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    })
}

/// A JSON array, as `dumpdata` writes it.
pub fn array(rows: &[Value]) -> String {
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    format!("[{}]", rows.join(",\n"))
}

/// Writes users with all that belongs to them: model after model, users last.
fn write_users(output: &mut impl Write, users: u64) {
    output.write_all(b"[\n").expect("written");
    let mut first = true;
    for kind in ["device", "token", "wallet", "address", "profile", "user"] {
        for number in 1..=users {
            for row in rows_of(number).into_iter().filter(|(one, _)| *one == kind) {
                let comma = if first { "" } else { ",\n" };
                first = false;
                write!(output, "{comma}{}", row.1).expect("written");
            }
        }
    }
    output.write_all(b"\n]\n").expect("written");
    output.flush().expect("written");
}

/// The rows of a user: every second has a device, every third a balance, every fifth an address,
/// every fourth a spent and a live token.
fn rows_of(number: u64) -> Vec<(&'static str, Value)> {
    let mut rows = vec![("user", user(number)), ("profile", profile(number))];
    if number.is_multiple_of(2) {
        rows.push(("device", device(number, number, &format!("registration-{number}"))));
    }
    if number.is_multiple_of(3) {
        rows.push(("wallet", balance(number, number, "12.50", "USD")));
    }
    if number.is_multiple_of(5) {
        rows.push(("address", address(number, number)));
    }
    if number.is_multiple_of(4) {
        rows.push(("token", outstanding(2 * number, number, &format!("live-{number}"))));
        rows.push(("token", outstanding(2 * number + 1, number, &format!("spent-{number}"))));
        rows.push(("token", blacklisted(number, 2 * number + 1)));
    }
    rows
}

pub fn user(pk: u64) -> Value {
    json!({"model": "auth.user", "pk": pk, "fields": {
        "password": "!", "last_login": "2026-10-01T08:00:00Z", "username": format!("user{pk}"),
        "first_name": format!("Amal {pk}"), "last_name": "Haddad",
        "email": format!("amal{pk}@example.org"), "is_active": true, "is_staff": false,
        "date_joined": "2024-02-03T04:05:06.789Z", "groups": []}})
}

/// The phone of a user.
pub fn phone(pk: u64) -> String {
    format!("+96650{pk:07}")
}

pub fn profile(pk: u64) -> Value {
    json!({"model": "accounts.profile", "pk": 100_000_000 + pk, "fields": {
        "user": pk, "phone": format!("050{pk:07}"), "birth_date": "1990-05-06", "gender": "F",
        "language": "ar", "avatar_url": "", "marketing_opt_in": false}})
}

pub fn device(pk: u64, user: u64, registration: &str) -> Value {
    json!({"model": "fcm_django.fcmdevice", "pk": pk, "fields": {
        "user": user, "name": "Amal's phone", "active": true,
        "date_created": "2024-03-04T05:06:07.123Z", "device_id": format!("device-{pk}"),
        "registration_id": registration, "type": "android"}})
}

pub fn balance(pk: u64, user: u64, amount: &str, currency: &str) -> Value {
    json!({"model": "wallet.balance", "pk": pk, "fields": {
        "user": user, "amount": amount, "currency": currency}})
}

pub fn address(pk: u64, user: u64) -> Value {
    json!({"model": "accounts.address", "pk": pk, "fields": {
        "user": user, "label": "Home", "recipient": "Amal Haddad", "phone": "0501234567",
        "line1": "7277 Olaya Street", "line2": "", "city": "Riyadh", "state": "Riyadh",
        "postal_code": "12271", "country": "SA", "instructions": "", "lat": "24.713600",
        "lng": "46.675300", "is_default": true, "created": "2024-04-05T06:07:08Z"}})
}

pub fn outstanding(pk: u64, user: u64, jti: &str) -> Value {
    json!({"model": "token_blacklist.outstandingtoken", "pk": pk, "fields": {
        "user": user, "jti": jti, "token": "header.payload.signature",
        "created_at": "2026-10-01T08:00:00Z", "expires_at": "2027-10-01T08:00:00Z"}})
}

pub fn blacklisted(pk: u64, token: u64) -> Value {
    json!({"model": "token_blacklist.blacklistedtoken", "pk": pk, "fields": {
        "token": token, "blacklisted_at": "2026-10-02T08:00:00Z"}})
}
