//! What a version changes, in the words of the register: as its text says (`touches`), else worked out from what
//! differs between it and the version before.

use super::comparison::{Change, Comparison};
use super::promises::{Kind, Purpose, mentions};
use super::text::Text;
use crate::register::{Register, covers};

/// Keys of the register, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Activities.
    pub activities: Vec<String>,
    /// Categories of data.
    pub categories: Vec<String>,
}

impl Touched {
    /// What a text changes that differs so from the one before.
    pub fn of(register: &Register, text: &Text, comparison: &Comparison) -> Self {
        let says = |purpose| text.marks.iter().filter(move |it| it.purpose == purpose);
        if says(Purpose::Touches).next().is_none() {
            return Touched::by_words(register, &changed_words(comparison));
        }
        let is_said = |kind, key: &String| {
            let mut marks = says(Purpose::Touches);
            marks.any(|it| it.keys(kind).contains(key))
        };
        Touched::where_(
            register,
            |activity| is_said(Kind::Activities, activity),
            |category| is_said(Kind::Categories, category),
        )
    }

    fn by_words(register: &Register, words: &str) -> Self {
        let named = register.recipients.iter();
        let named: Vec<_> = named.filter(|it| mentions(words, &it.name)).collect();
        Touched::where_(
            register,
            |key| {
                let title = register.activity(key).map(|it| it.title.as_str());
                title.is_some_and(|it| mentions(words, it))
                    || named.iter().any(|it| it.activities.contains(key))
            },
            |key| {
                let title = register.category(key).map(|it| it.title.as_str());
                let goes_to_them = |keys: &[String]| keys.iter().any(|it| covers(key, it));
                title.is_some_and(|it| mentions(words, it))
                    || named.iter().any(|it| goes_to_them(&it.categories))
            },
        )
    }

    fn where_(
        register: &Register,
        is_activity: impl Fn(&String) -> bool,
        is_category: impl Fn(&String) -> bool,
    ) -> Self {
        let activities = register.activities.iter().map(|it| &it.key);
        let categories = register.categories.iter().map(|it| &it.key);
        Touched {
            activities: activities.filter(|it| is_activity(it)).cloned().collect(),
            categories: categories.filter(|it| is_category(it)).cloned().collect(),
        }
    }
}

/// The words of every paragraph in which something differs.
fn changed_words(comparison: &Comparison) -> String {
    let blocks = comparison.sections.iter().flat_map(|it| &it.blocks);
    let changed = blocks.filter(|it| it.runs.iter().any(|run| run.change != Change::Same));
    let runs = changed.flat_map(|it| &it.runs);
    let words: Vec<_> = runs.map(|it| it.words.as_str()).collect();
    words.join(" ")
}
