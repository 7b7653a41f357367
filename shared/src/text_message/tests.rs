//! The size of messages, and what can be in them.

use proptest::prelude::*;

use super::*;

const HASH: &str = "FA+9qCX9VSu";

fn code(name: &str, app_hash: Option<&str>) -> String {
    let hash = app_hash.map(|hash| hash.parse().unwrap());
    let life = SignedDuration::from_mins(5);
    code_in("en", name, life, hash.as_ref())
}

fn code_in(language: &str, name: &str, life: SignedDuration, hash: Option<&AppHash>) -> String {
    let (texts, name) = (MessageTexts::default(), name.parse().unwrap());
    let wording = texts.in_language(language);
    TextMessage::code(wording, &name, &"123456".into(), life, hash).as_str().to_owned()
}

fn notice_in(language: &str, name: &str) -> String {
    let texts = MessageTexts::default();
    let message = TextMessage::phone_changed(texts.in_language(language), &name.parse().unwrap());
    message.as_str().to_owned()
}

#[test]
fn the_app_hash_is_the_last_line_of_a_code() {
    assert_eq!(
        code("Satchel", Some(HASH)),
        "<#> 123456 is your Satchel code. It works for 5 minutes. Do not share it.\n\nFA+9qCX9VSu"
    );
}

fn bytes(text: &str) -> usize {
    Length::of(text).bytes()
}

#[test]
fn a_segment_has_160_septets_or_70_units_of_utf_16() {
    assert_eq!(bytes(&"a".repeat(160)), 140);
    assert_eq!(bytes(&"a".repeat(161)), 141);
    assert_eq!(bytes(&"é@Ñ\n".repeat(40)), 140);
    assert_eq!(bytes(&"€".repeat(80)), 140);
    assert_eq!(bytes(&"[".repeat(81)), 142);
    assert_eq!(bytes(&"包".repeat(70)), 140);
    assert_eq!(bytes(&"🎒".repeat(35)), 140);
    // One character that is not in the alphabet takes all others into UTF-16.
    assert_eq!(bytes(&("a".repeat(70) + "`")), 142);
}

#[test]
fn a_message_is_shortened_where_the_name_leaves_no_room() {
    assert_eq!(code("书包", Some(HASH)), "<#> 123456 is your 书包 code.\n\nFA+9qCX9VSu");
    assert_eq!(notice_in("en", "书包"), "书包: your phone number was changed.");
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

#[test]
fn each_language_has_each_text_in_one_segment_without_a_link() {
    let hash = AppHash::longest();
    for language in our_languages() {
        for minutes in [1, 2, 5, 15, 60] {
            let life = SignedDuration::from_mins(minutes);
            let plain = code_in(language, "Satchel", life, None);
            let with_hash = code_in(language, "Satchel", life, Some(&hash));
            for text in [&plain, &with_hash] {
                assert!(Length::of(text).fits(), "{language}: {text}");
                assert_eq!(text.matches("123456").count(), 1, "{language}: {text}");
                assert!(!text.contains(['{', '}']), "{language}: {text}");
            }
            // The long text wherever no hash takes its room, with its life time (1 and 2 in words).
            let says = plain.contains(&minutes.to_string()) || minutes <= 2;
            assert!(says, "{language}: {plain}");
            let start = with_hash.strip_prefix("<#> ").unwrap();
            assert!(start.ends_with(&format!("\n\n{}", "0".repeat(11))), "{language}: {start}");
        }
        let notice = notice_in(language, "Satchel");
        assert!(Length::of(&notice).fits() && notice.contains("Satchel"), "{language}: {notice}");
        let texts = MessageTexts::default();
        for kind in [Kind::Code, Kind::Notice] {
            let all = texts.in_language(language).ours(kind, 5);
            assert_eq!(all.count(), 3, "{language}: a long text, a short one, and the English one");
        }
        let codes = [code_in(language, "Satchel", SignedDuration::from_mins(5), None), notice];
        for (kind, text) in [Kind::Code, Kind::Notice].into_iter().zip(codes) {
            let text = text.replace("123456", "{code}");
            let problems = text_problems(kind, &text, "");
            let problems = problems.into_iter().filter(|problem| !problem.starts_with("this has"));
            assert_eq!(problems.collect::<Vec<_>>(), Vec::<String>::new(), "{language}: {text}");
        }
    }
}

#[test]
fn minutes_have_the_plural_form_of_their_number() {
    let form =
        |language, minutes| code_in(language, "Satchel", SignedDuration::from_mins(minutes), None);
    assert!(form("en", 1).contains("for 1 minute."), "{}", form("en", 1));
    for (minutes, words) in
        [(1, "دقيقة واحدة"), (2, "دقيقتين"), (5, "5 دقائق"), (11, "11 دقيقة"), (100, "100 دقيقة")]
    {
        assert!(form("ar", minutes).contains(words), "{}", form("ar", minutes));
    }
    assert!(form("he", 1).contains("לדקה אחת"), "{}", form("he", 1));
}

#[test]
fn a_text_of_the_operators_is_sent_where_it_fits_and_has_the_code() {
    let own = |text: &str| {
        let code = [("ar".to_owned(), text.to_owned()), ("sw".to_owned(), text.to_owned())];
        MessageTexts { code: code.into(), ..MessageTexts::default() }
    };
    let sent = |texts: &MessageTexts, language: &str, name: &str| {
        let (name, life) = (name.parse().unwrap(), SignedDuration::from_mins(5));
        let wording = texts.in_language(language);
        TextMessage::code(wording, &name, &"123456".into(), life, None).as_str().to_owned()
    };
    let texts = own("{app}|{code}|{minutes}");
    assert_eq!(sent(&texts, "ar", "A{code}"), "A{code}|123456|5");
    assert_eq!(sent(&texts, "sw", "A"), "A|123456|5");
    assert_eq!(
        sent(&texts, "en", "A"),
        "123456 is your A code. It works for 5 minutes. Do not \
        share it."
    );
    let long = own(&format!("{{code}}{}", "ر".repeat(70)));
    assert!(sent(&long, "ar", "A").starts_with("123456 هو"), "{}", sent(&long, "ar", "A"));
    assert_eq!(sent(&long, "sw", "A"), "123456 is your A code.");
    assert!(sent(&own("No code."), "ar", "A").starts_with("123456 هو"));
    assert!(texts.languages(Kind::Code).contains(&"sw"));
    assert!(!texts.languages(Kind::Notice).contains(&"sw"));
}

proptest! {
    #[test]
    fn every_message_with_every_accepted_name_is_one_segment(
        name in prop_oneof!["\\PC{1,60}", "[a-zA-Z ]{1,130}", "[\\[\\]^€|a]{1,70}", "[书a🎒]{1,40}"],
        seconds in any::<u32>(),
        number in 0..1_000_000_u32,
        hash in "[A-Za-z0-9+/]{11}",
        language in proptest::sample::select(our_languages().collect::<Vec<_>>()),
    ) {
        let Ok(name) = name.parse::<AppName>() else { return Ok(()) };
        let (code, hash) = (SecretString::from(format!("{number:06}")), hash.parse().unwrap());
        let life = SignedDuration::from_secs(seconds.into());
        let texts = MessageTexts::default();
        let wording = texts.in_language(language);
        let messages = [
            TextMessage::code(wording, &name, &code, life, None),
            TextMessage::code(wording, &name, &code, life, Some(&hash)),
            TextMessage::phone_changed(wording, &name),
        ];
        for message in messages {
            let text = message.as_str();
            prop_assert!(Length::of(text).fits(), "{text}");
            prop_assert!(text.contains(name.as_str()));
        }
    }
}
