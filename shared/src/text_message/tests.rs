//! The size of messages, and what can be in them.

use proptest::prelude::*;

use super::*;

const HASH: &str = "FA+9qCX9VSu";

fn code(name: &str, app_hash: Option<&str>) -> String {
    let hash = app_hash.map(|hash| hash.parse().unwrap());
    let life = SignedDuration::from_mins(5);
    let message = TextMessage::code(&name.parse().unwrap(), &"123456".into(), life, hash.as_ref());
    message.as_str().to_owned()
}

#[test]
fn the_app_hash_is_the_last_line_of_a_code() {
    assert_eq!(
        code("Satchel", Some(HASH)),
        "<#> 123456 is your Satchel code. It works for 5 minutes. Do not share it.\n\nFA+9qCX9VSu"
    );
}

#[test]
fn a_segment_has_160_septets_or_70_units_of_utf_16() {
    assert_eq!(bytes_of(&"a".repeat(160)), 140);
    assert_eq!(bytes_of(&"a".repeat(161)), 141);
    assert_eq!(bytes_of(&"é@Ñ\n".repeat(40)), 140);
    assert_eq!(bytes_of(&"€".repeat(80)), 140);
    assert_eq!(bytes_of(&"[".repeat(81)), 142);
    assert_eq!(bytes_of(&"包".repeat(70)), 140);
    assert_eq!(bytes_of(&"🎒".repeat(35)), 140);
    // One character that is not in the alphabet takes all others into UTF-16.
    assert_eq!(bytes_of(&("a".repeat(70) + "`")), 142);
}

#[test]
fn a_message_is_shortened_where_the_name_leaves_no_room() {
    assert_eq!(code("书包", Some(HASH)), "<#> 123456 is your 书包 code.\n\nFA+9qCX9VSu");
    assert_eq!(
        TextMessage::phone_changed(&"书包".parse().unwrap()).as_str(),
        "书包: your phone number was changed."
    );
    assert_eq!(
        code("书包", None),
        "123456 is your 书包 code. It works for 5 minutes. Do not share it."
    );
}

#[test]
fn a_name_that_fits_into_no_segment_is_refused() {
    for longest in ["a".repeat(122), "书".repeat(32), "🎒".repeat(16)] {
        assert!(longest.parse::<AppName>().is_ok(), "{longest}");
        let letter = longest.chars().next().unwrap();
        let longer = format!("{longest}{letter}");
        assert_eq!(longer.parse::<AppName>(), Err(AppNameError::TooLong), "{longer}");
    }
    assert_eq!("a\nb".parse::<AppName>(), Err(AppNameError::Control));
}

#[test]
fn an_app_hash_has_eleven_characters_of_base64() {
    assert!(HASH.parse::<AppHash>().is_ok());
    for text in ["", "FA+9qCX9VS", "FA+9qCX9VSuu", "bit.ly/abcd", "FA+9qCX9VS=", "FA+9qCX9V\u{e9}"]
    {
        assert_eq!(text.parse::<AppHash>(), Err(NoAppHash), "{text}");
    }
}

proptest! {
    #[test]
    fn every_message_with_every_accepted_name_is_one_segment(
        name in prop_oneof!["\\PC{1,60}", "[a-zA-Z ]{1,130}", "[\\[\\]^€|a]{1,70}", "[书a🎒]{1,40}"],
        seconds in any::<u32>(),
        number in 0..1_000_000_u32,
        hash in "[A-Za-z0-9+/]{11}",
    ) {
        let Ok(name) = name.parse::<AppName>() else { return Ok(()) };
        let (code, hash) = (SecretString::from(format!("{number:06}")), hash.parse().unwrap());
        let life = SignedDuration::from_secs(seconds.into());
        let messages = [
            TextMessage::code(&name, &code, life, None),
            TextMessage::code(&name, &code, life, Some(&hash)),
            TextMessage::phone_changed(&name),
        ];
        for message in messages {
            let text = message.as_str();
            prop_assert!(bytes_of(text) <= MOST_BYTES, "{text}");
            prop_assert!(text.contains(name.as_str()));
        }
    }
}
