use super::*;

#[test]
fn a_tag_takes_its_form_of_today() {
    for (written, tag) in [
        ("ar", "ar"),
        ("AR-sa", "ar-SA"),
        ("en_US", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("zh_Hans_CN", "zh-Hans-CN"),
        ("iw", "he"),
        ("iw-IL", "he-IL"),
        ("iw_IL", "he-IL"),
        ("in", "id"),
        ("in_ID", "id-ID"),
        ("ji", "yi"),
        ("jw", "jv"),
        ("mo", "ro"),
        ("tl-PH", "fil-PH"),
        ("no", "no"),
        ("no-NO", "no-NO"),
        ("sh", "sr-Latn"),
        ("sh-RS", "sr-Latn-RS"),
        ("sh-Cyrl", "sr-Cyrl"),
        ("cnr", "sr-ME"),
        ("cnr-RS", "sr-RS"),
        ("eng", "en"),
        ("ara-EG", "ar-EG"),
        ("ger-AT", "de-AT"),
        ("cmn-Hans-CN", "zh-Hans-CN"),
        ("zh-cmn-Hans-CN", "zh-Hans-CN"),
        ("zh-yue-HK", "yue-HK"),
        ("zh-min-nan", "nan"),
        ("i-klingon", "tlh"),
        ("i-lux", "lb"),
        ("no-nyn", "nn"),
        ("en-UK", "en-GB"),
        ("de-DD", "de-DE"),
        ("es-419", "es-419"),
        ("ar-SA-u-nu-latn", "ar-SA-u-nu-latn"),
        ("AR-SA-U-NU-LATN", "ar-SA-u-nu-latn"),
        ("de-CH-1996", "de-CH-1996"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("en-x-UK", "en-x-uk"),
        ("ar_SA@calendar=gregorian", "ar-SA"),
        ("de_DE@euro", "de-DE"),
        ("zh_TW_#Hant", "zh-Hant-TW"),
        ("sr__#Latn", "sr-Latn"),
        ("en_US.UTF-8", "en-US"),
        (" fr ", "fr"),
        // None of these is a tag, before or after.
        ("no language", "no language"),
        ("amal@example.com", "amal@example.com"),
        ("en.wikipedia", "en.wikipedia"),
        ("", ""),
        ("-", "-"),
    ] {
        assert_eq!(canonical(written), tag, "{written}");
    }
}

#[test]
fn the_nearest_language_has_the_script_then_the_region() {
    for (wanted, offered, found) in [
        ("zh-TW", &["en", "zh", "zh-Hant"][..], "zh-Hant"),
        ("zh-HK", &["zh", "zh-Hant"], "zh-Hant"),
        ("zh-MO", &["zh", "zh-TW", "zh-HK"], "zh-HK"),
        ("zh-Hant", &["zh", "zh-TW"], "zh-TW"),
        ("zh-CN", &["zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh-SG", &["zh-Hant", "zh"], "zh"),
        ("zh", &["zh-Hant", "zh-Hans"], "zh-Hans"),
        ("zh-Hans-CN", &["zh", "zh-Hans"], "zh-Hans"),
        ("zh-Hant-TW", &["zh-TW", "zh-Hant"], "zh-Hant"),
        ("zh-Hant-HK", &["zh-Hant", "zh-HK"], "zh-HK"),
        ("cmn-TW", &["zh", "zh-Hant"], "zh-Hant"),
        // Another script is better than another language.
        ("zh-Hant", &["en", "zh"], "zh"),
        ("sr-Latn", &["sr", "sr-Latn"], "sr-Latn"),
        ("sr-ME", &["sr", "sr-Latn"], "sr-Latn"),
        ("sr-RS", &["sr-Latn", "sr-Cyrl"], "sr-Cyrl"),
        ("sh", &["sr", "sr-Latn"], "sr-Latn"),
        ("uz-AF", &["uz", "uz-Arab"], "uz-Arab"),
        ("pa-PK", &["pa", "pa-Arab"], "pa-Arab"),
        ("pt", &["pt-PT", "pt-BR"], "pt-BR"),
        ("pt-PT", &["pt-BR", "pt"], "pt"),
        ("pt-PT", &["pt-BR", "pt-PT"], "pt-PT"),
        ("pt-AO", &["pt-BR", "pt-PT"], "pt-PT"),
        ("pt-BR", &["en", "pt"], "pt"),
        ("es-MX", &["es", "es-419"], "es-419"),
        ("es-AR", &["es-ES", "es-MX"], "es-MX"),
        ("es-ES", &["es-419", "es"], "es"),
        ("en-AU", &["en-US", "en-GB"], "en-GB"),
        ("en-IN", &["en", "en-GB"], "en-GB"),
        ("en-US", &["en-GB", "en"], "en"),
        ("en-CA", &["en-GB", "en-US"], "en-US"),
        ("ar-MA", &["ar-EG", "ar-DZ"], "ar-DZ"),
        ("fr-CA", &["en", "fr"], "fr"),
        ("fr", &["fr-CA", "fr-FR"], "fr-FR"),
        ("de-AT", &["en", "de-CH", "de"], "de"),
        ("iw-IL", &["en", "he"], "he"),
        ("he", &["en", "iw"], "iw"),
        ("in", &["en", "id"], "id"),
        ("fil-PH", &["en", "tl"], "tl"),
        ("no", &["en", "nb"], "nb"),
        ("nb-NO", &["en", "no"], "no"),
        ("no-NO", &["en", "nn", "nb"], "nb"),
        ("no-NO", &["nb", "no"], "no"),
        ("nb-NO", &["no", "nb"], "nb"),
        ("tl-PH", &["fil", "tl"], "tl"),
        ("en_GB", &["ar", "en"], "en"),
        ("en-GB-oxendict", &["ar", "en"], "en"),
        ("ar-SA-u-nu-latn", &["en", "ar"], "ar"),
        ("zh-Hant-x-private", &["zh", "zh-Hant"], "zh-Hant"),
        ("eng", &["ar", "en"], "en"),
    ] {
        assert_eq!(nearest(wanted, offered), Some(found), "{wanted} of {offered:?}");
    }
    for (wanted, offered) in [("e", &["en"]), ("english", &["en"]), ("*", &["en"]), ("", &["en"])] {
        assert_eq!(nearest(wanted, offered), None, "{wanted}");
    }
}

#[test]
fn those_who_can_read_another_language_get_that() {
    for (wanted, offered, found) in [
        ("gsw-CH", &["en", "de"][..], Some("de")),
        ("nn", &["en", "nb"], Some("nb")),
        ("nn", &["en", "no"], Some("no")),
        ("yue", &["zh", "zh-Hant"], Some("zh-Hant")),
        ("yue-HK", &["zh", "zh-Hant"], Some("zh-Hant")),
        ("yue-HK", &["zh", "zh-Hant", "zh-HK"], Some("zh-HK")),
        ("yue-Hans", &["zh", "zh-Hant"], Some("zh")),
        ("yue-Hant", &["zh", "zh-Hant"], Some("zh-Hant")),
        ("arz-EG", &["en", "ar"], Some("ar")),
        ("hr", &["en", "bs"], Some("bs")),
        ("da", &["en", "de"], None),
        ("en", &["de"], None),
    ] {
        assert_eq!(near(wanted, offered), found, "{wanted} of {offered:?}");
    }
}
