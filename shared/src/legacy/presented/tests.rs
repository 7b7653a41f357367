use proptest::prelude::*;
use ring::hmac;
use serde_json::json;

use super::*;

const SECRET: &str = "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz!@#$%^&*()";
const JTI: &str = "0f8fad5bd9cb469fa16570867728950e";

/// A public key, in the two forms that there are.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA2O4z2Ujv5lRzkTVvMJsQ
DEEaF4kMENvqUjIXoQqbJDIIuU2kOr753B1m20RC4LY/3bhIP1vZLeWEMRa+7VYa
/7zuHD0UyGvKgUDt6gtHtsh7LijX2OSXPvxt3YdP3S7PtTFfhqnxuZowmCyGgAzy
2eDrI5VCXpDrbZ7nEndRhq6UAPMAQb8XAl5RgjnLlPBpKuLBvXXBc5u1kxFx9rtM
h2GzM0x0NfgLF8ZPcjTb7v1YYojEG/MfYdDVnnu6TYAp3RGWcfqt2pc4MQFi1gH9
aBoWdRWpuw/AXWAJ15PA/Avh/Qfohg30phL837ThzI22AuUOn2dHLJD0do9vGntL
2wIDAQAB
-----END PUBLIC KEY-----";
const PUBLIC_PKCS1: &str = "-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEA2O4z2Ujv5lRzkTVvMJsQDEEaF4kMENvqUjIXoQqbJDIIuU2kOr75
3B1m20RC4LY/3bhIP1vZLeWEMRa+7VYa/7zuHD0UyGvKgUDt6gtHtsh7LijX2OSX
Pvxt3YdP3S7PtTFfhqnxuZowmCyGgAzy2eDrI5VCXpDrbZ7nEndRhq6UAPMAQb8X
Al5RgjnLlPBpKuLBvXXBc5u1kxFx9rtMh2GzM0x0NfgLF8ZPcjTb7v1YYojEG/Mf
YdDVnnu6TYAp3RGWcfqt2pc4MQFi1gH9aBoWdRWpuw/AXWAJ15PA/Avh/Qfohg30
phL837ThzI22AuUOn2dHLJD0do9vGntL2wIDAQAB
-----END RSA PUBLIC KEY-----";
/// A token that its private key signed, which nobody has any more.
const SIGNED: &str = "\
    eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCIsImV4cCI6MTc5NTQ2NzYwM\
    CwiaWF0IjoxNzk1Mzc3NjAwLCJqdGkiOiIwZjhmYWQ1YmQ5Y2I0NjlmYTE2NTcwODY3NzI4OTUwZSIsInVzZXJfaWQ\
    iOiI0NzExIn0.gpWvhVQ3MRAKmrf_6PX5By_YURhfK1zB9Kk8j4cyC61Mkm7nSeff_IsXMqkPFF2cChgUn62F5GLZF\
    vISraGJ-bVN7776oqOzS7rVlqiXkI9o9FFboosu0ODJ0KIrc-a493H5eNLWZF-_-mQbtT9KbVVJWJAHmfBehcBH6gv\
    hbVWH_-F18K6jMDem45KxbUaCxLmAq3ON3mVOsz_YV7fj0pIfYSnSIgr5gxqWIAZ11HgVufKx6g8-q23v2dIb46qLS\
    6IIdTVZ4Rsf-C6gPTjlYSAQY2PO1-u8qGS-QsUx2s0UvKqAuc2y6Pag7WNaJJZ-rTwty6Bhx9zzhxhUlfpVjQ";

fn now() -> Timestamp {
    "2026-11-22T20:00:00Z".parse().unwrap()
}

fn key(text: &str) -> LegacyKey {
    LegacyKey::read(text.into()).unwrap()
}

fn claims() -> Value {
    let now = now().as_second();
    json!({"token_type": "refresh", "exp": now + 90_000, "iat": now, "jti": JTI, "user_id": "4711"})
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token signed by HMAC with `secret`, whatever its header says.
fn sign(header: &Value, claims: &Value, secret: &str) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&secret, message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn hs256() -> Value {
    json!({"alg": "HS256", "typ": "JWT"})
}

fn read(token: &str, key_text: &str) -> Result<PresentedLegacy, LegacyRefusal> {
    PresentedLegacy::read(token, &key(key_text), "user_id", now())
}

/// What comes of a token whose claims are changed like this.
fn with(change: impl FnOnce(&mut Map<String, Value>)) -> Result<PresentedLegacy, LegacyRefusal> {
    let mut claims = claims();
    change(claims.as_object_mut().unwrap());
    read(&sign(&hs256(), &claims, SECRET), SECRET)
}

#[test]
fn a_token_of_either_algorithm_is_read() {
    let expected = PresentedLegacy {
        user: "4711".parse().unwrap(),
        token: JTI.parse().unwrap(),
        issued: Some(now()),
        expires: Timestamp::from_second(now().as_second() + 90_000).unwrap(),
        is_expired: false,
    };
    assert_eq!(with(|_| {}), Ok(expected.clone()));
    let one_line = PUBLIC.replace('\n', " ");
    let escaped = PUBLIC.replace('\n', "\\n");
    for public in [PUBLIC, PUBLIC_PKCS1, &one_line, &escaped] {
        assert_eq!(read(SIGNED, public), Ok(expected.clone()));
    }
}

#[test]
fn a_public_key_is_never_taken_for_a_secret() {
    for public in [PUBLIC, PUBLIC_PKCS1] {
        assert_eq!(key(public).algorithm(), "RS256");
        let forged = sign(&hs256(), &claims(), public);
        assert_eq!(read(&forged, public), Err(LegacyRefusal::Invalid));
        let mislabelled = sign(&json!({"alg": "RS256"}), &claims(), public);
        assert_eq!(read(&mislabelled, public), Err(LegacyRefusal::Invalid));
    }
    let other = PUBLIC.replace("PUBLIC", "PRIVATE");
    for damaged in [PUBLIC.replace("MII", "MIJ"), other, PUBLIC[..99].to_owned()] {
        assert!(LegacyKey::read(damaged.into()).is_err());
    }
}

#[test]
fn only_the_algorithm_of_the_key_is_accepted() {
    for alg in ["none", "None", "HS384", "HS512", "RS256", "EdDSA", "hs256", ""] {
        let token = sign(&json!({"alg": alg}), &claims(), SECRET);
        assert_eq!(read(&token, SECRET), Err(LegacyRefusal::Invalid), "{alg}");
        let unsigned = format!("{}.{}.", encode(&json!({"alg": alg})), encode(&claims()));
        assert_eq!(read(&unsigned, SECRET), Err(LegacyRefusal::Invalid), "{alg}");
    }
    let critical = sign(&json!({"alg": "HS256", "crit": ["b64"]}), &claims(), SECRET);
    assert_eq!(read(&critical, SECRET), Err(LegacyRefusal::Invalid));
    let of_others = sign(&hs256(), &claims(), "another secret");
    assert_eq!(read(&of_others, SECRET), Err(LegacyRefusal::Invalid));
}

#[test]
fn claims_are_checked_as_simplejwt_checks_them() {
    let now = now().as_second();
    let without = |name: &str| with(|claims| drop(claims.remove(name)));
    assert_eq!(without("exp"), Err(LegacyRefusal::NoExpiry));
    assert_eq!(without("jti"), Err(LegacyRefusal::NoId));
    assert_eq!(without("token_type"), Err(LegacyRefusal::NoType));
    assert_eq!(without("user_id"), Err(LegacyRefusal::NoUser));
    assert_eq!(without("iat").unwrap().issued, None);
    let set = |name: &str, value: Value| with(|claims| drop(claims.insert(name.into(), value)));
    assert_eq!(set("token_type", json!("access")), Err(LegacyRefusal::WrongType));
    assert_eq!(set("token_type", json!(7)), Err(LegacyRefusal::WrongType));
    assert_eq!(set("exp", json!("soon")), Err(LegacyRefusal::Invalid));
    assert_eq!(set("iat", json!("just now")), Err(LegacyRefusal::Invalid));
    assert_eq!(set("nbf", json!(now + 1)), Err(LegacyRefusal::Invalid));
    assert_eq!(set("jti", json!("7".repeat(256))), Err(LegacyRefusal::Invalid));
    assert_eq!(set("user_id", json!("")), Err(LegacyRefusal::NoUser));
    assert_eq!(set("user_id", json!(4711)), with(|_| {}));
    assert!(!set("exp", json!(now + 1)).unwrap().is_expired);
    assert!(set("exp", json!(now)).unwrap().is_expired);
    let expired_access = with(|claims| {
        claims.insert("exp".into(), json!(now));
        claims.insert("token_type".into(), json!("access"));
    });
    assert_eq!(expired_access, Err(LegacyRefusal::Expired));
}

#[test]
fn a_user_may_be_named_by_another_claim() {
    let mut claims = claims();
    claims["sub"] = json!("b0a1");
    let token = sign(&hs256(), &claims, SECRET);
    let presented = PresentedLegacy::read(&token, &key(SECRET), "sub", now()).unwrap();
    assert_eq!(presented.user.as_str(), "b0a1");
}

#[test]
fn a_short_secret_is_taken_and_called_weak() {
    assert!(key("short").is_weak() && !key(SECRET).is_weak() && !key(PUBLIC).is_weak());
    assert_eq!(format!("{:?}", key("short")), "HS256");
}

proptest! {
    #[test]
    fn whatever_is_changed_in_a_token_makes_it_invalid(place in 0..SIGNED.len(), to in "[ -~]") {
        let mut token = SIGNED.to_owned();
        token.replace_range(place..=place, &to);
        prop_assume!(token != SIGNED);
        prop_assert_eq!(read(&token, PUBLIC), Err(LegacyRefusal::Invalid));
    }
}

#[test]
fn a_public_key_in_another_form_is_no_secret() {
    let quoted = format!("\"{PUBLIC}\"");
    let der = PUBLIC.lines().skip(1).take(7).collect::<String>();
    for text in [&*quoted, &der, r#"{"kty":"RSA","n":"AQAB"}"#, "ssh-rsa AAAAB3NzaC1yc2E"] {
        assert!(LegacyKey::read(text.into()).is_err(), "{text}");
    }
}
