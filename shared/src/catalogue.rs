//! Texts in several languages, in files that are searched as they are, so that nothing is built
//! for them at a start.
//!
//! Protocol: a file has blocks with blank lines between them. The first line of a block is its
//! heading. Each other line is a language tag, a blank, and the text in that language. `ar.few` is
//! the text for numbers of a plural category (CLDR); the line without one is for all others.

/// A file of texts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Catalogue(pub(crate) &'static str);

/// One text in its languages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Block {
    pub(crate) heading: &'static str,
    lines: &'static str,
}

impl Catalogue {
    pub(crate) fn blocks(self) -> impl Iterator<Item = Block> {
        self.0.split("\n\n").map(|block| {
            let (heading, lines) = block.split_once('\n').unwrap_or((block, ""));
            Block { heading, lines }
        })
    }

    pub(crate) fn block(self, heading: &str) -> Option<Block> {
        self.blocks().find(|block| block.heading == heading)
    }
}

impl Block {
    /// The text in a language, in its form for `number` if it has one.
    pub(crate) fn text(self, language: &str, number: Option<u64>) -> Option<&'static str> {
        let category = number.and_then(|number| plural_category(language, number));
        let special = category.and_then(|category| {
            self.lines().find_map(|(key, text)| {
                let own = key.strip_prefix(language)?.strip_prefix('.')?;
                (own == category).then_some(text)
            })
        });
        special.or_else(|| self.lines().find(|(key, _)| *key == language).map(|(_, text)| text))
    }

    /// Its languages with their plural categories, and the texts.
    pub(crate) fn lines(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.lines.lines().filter_map(|line| line.split_once(' '))
    }
}

/// The plural category of a whole number by CLDR, where it is not `other`. Only of languages that
/// some text here has several forms in.
fn plural_category(language: &str, number: u64) -> Option<&'static str> {
    match (language, number, number % 100) {
        ("en" | "he" | "ar", 1, _) => Some("one"),
        ("ar", 0, _) => Some("zero"),
        ("ar", 2, _) => Some("two"),
        ("ar", _, 3..=10) => Some("few"),
        ("ar", _, 11..=99) => Some("many"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: Catalogue = Catalogue(
        "other\nen No.\n\nseconds\nen {} seconds\nen.one {} second\nar.zero zero\nar.one one\n\
         ar.two two\nar.few few\nar.many many\nar other\nzh {} 秒",
    );

    #[test]
    fn a_number_chooses_the_form_of_its_plural_category() {
        let block = SECONDS.block("seconds").expect("a block");
        let form = |language, number| block.text(language, number);
        for (number, form_in_arabic) in [
            (0, "zero"),
            (1, "one"),
            (2, "two"),
            (3, "few"),
            (10, "few"),
            (11, "many"),
            (99, "many"),
            (100, "other"),
            (101, "other"),
            (102, "other"),
            (103, "few"),
            (1_011, "many"),
        ] {
            assert_eq!(form("ar", Some(number)), Some(form_in_arabic), "{number}");
        }
        assert_eq!(form("en", Some(1)), Some("{} second"));
        assert_eq!(form("en", Some(21)), Some("{} seconds"));
        assert_eq!(form("zh", Some(1)), Some("{} 秒"));
        assert_eq!(form("en", None), Some("{} seconds"));
        assert_eq!(form("e", None), None);
        assert!(SECONDS.block("minutes").is_none());
    }
}
