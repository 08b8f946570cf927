//! By what a person is known.

use std::collections::{BTreeMap, BTreeSet};

use super::{Value, Way};

/// The kind of which sources keep the same handle in whatever case it was typed.
const EMAIL: &str = "email";

/// The verified handles of one person, by kind: `email`, `phone_number`, or an external id.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Identities(BTreeMap<String, Handles>);

/// Handles of one kind. They may be those of a crowd, so each is found at once.
#[derive(Clone, Default, PartialEq, Eq)]
struct Handles {
    given: BTreeSet<String>,
    /// The same in small letters, where case does not matter.
    small: BTreeSet<String>,
}

/// An address with an international domain as systems have it that keep what was typed.
fn as_people_write(address: &str) -> Option<String> {
    let (name, domain) = address.rsplit_once('@')?;
    if !domain.contains("xn--") {
        return None;
    }
    let (domain, read) = idna::domain_to_unicode(domain);
    read.is_ok()
        .then(|| format!("{name}@{domain}").to_lowercase())
}

/// So many letters are tried in each combination; of more, only some.
const MOST_LETTERS: usize = 4;

/// A text in small letters with those that are not English as large ones: any of them, or where they are many, all.
/// Letters stay as they are that have no large form of their own: ß is not SS, and ı is not I, in addresses of others.
fn with_large_letters(small: &str) -> Vec<String> {
    if small.is_ascii() {
        return Vec::new();
    }
    let letters: Vec<char> = small.chars().collect();
    let large: Vec<_> = letters
        .iter()
        .enumerate()
        .filter_map(|(at, it)| Some((at, large(*it)?)))
        .collect();
    let all = 1_u32 << large.len().min(MOST_LETTERS);
    let spelled = |chosen: u32| {
        let mut letters = letters.clone();
        for (place, (at, letter)) in large.iter().enumerate() {
            // Beyond the first few, letters go with the last of these.
            if chosen & (1 << place.min(MOST_LETTERS - 1)) != 0 {
                letters[*at] = *letter;
            }
        }
        letters.into_iter().collect()
    };
    (1..all).map(spelled).collect()
}

/// The large form of a letter that is not English, if the letter is the small form of it and of no other.
fn large(letter: char) -> Option<char> {
    let mut large = letter.to_uppercase();
    let (first, more) = (large.next()?, large.next());
    let is_its_own = first != letter && more.is_none() && first.to_lowercase().eq([letter]);
    Some(first).filter(|_| !letter.is_ascii() && is_its_own)
}

impl Identities {
    /// One e-mail address.
    pub fn email(address: &str) -> Self {
        Self::default().with(EMAIL, address)
    }

    /// One more handle.
    #[must_use]
    pub fn with(mut self, kind: &str, value: &str) -> Self {
        let handles = self.0.entry(kind.to_owned()).or_default();
        if let Some(written) = as_people_write(value).filter(|_| kind == EMAIL) {
            handles.small.insert(written.clone());
            handles.given.insert(written);
        }
        if !value.is_empty() && handles.given.insert(value.to_owned()) && kind == EMAIL {
            handles.small.insert(value.to_lowercase());
        }
        self
    }

    /// The handles of somebody else as well.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        other
            .handles()
            .fold(self, |all, (kind, value)| all.with(kind, value))
    }

    /// Every handle with its kind.
    pub fn handles(&self) -> impl Iterator<Item = (&str, &str)> {
        let kinds = self.0.iter();
        kinds.flat_map(|(kind, handles)| {
            let given = handles.given.iter();
            given.map(move |it| (kind.as_str(), it.as_str()))
        })
    }

    /// Whether any handle of this kind is known.
    pub(super) fn is_known_by(&self, kind: &str) -> bool {
        self.0.get(kind).is_some_and(|it| !it.given.is_empty())
    }

    /// What a column of this kind may hold: the handles, and e-mail addresses in small letters too. SQLite knows the
    /// small letters of English alone, so others are looked for as [large ones](with_large_letters) as well.
    pub(super) fn values(&self, kind: &str) -> Vec<Value> {
        let Some(handles) = self.0.get(kind) else {
            return Vec::new();
        };
        let large = handles.small.iter().flat_map(|it| with_large_letters(it));
        let large: Vec<_> = large.collect();
        let texts = handles.given.union(&handles.small).chain(&large);
        let keys = texts.map(|text| Value::Text(text.clone()).as_key());
        keys.map(|key| key.expect("a text is never empty of kind"))
            .collect()
    }

    /// How a column of this kind leads to the person's rows.
    pub(super) fn way(&self, column: &str, kind: &str) -> Way {
        Way {
            any_case: kind == EMAIL,
            ..Way::exactly(column, self.values(kind))
        }
    }

    /// Whether a cell holds one of the handles of this kind.
    pub(super) fn holds(&self, kind: &str, cell: &Value) -> bool {
        // A number that is a key is written in one way.
        let text = match cell.as_key() {
            Some(Value::Text(text)) => text,
            Some(Value::Integer(number)) => number.to_string(),
            _ => return false,
        };
        self.0.get(kind).is_some_and(|handles| {
            handles.given.contains(&text) || handles.small.contains(&text.to_lowercase())
        })
    }
}

/// The kinds alone, so that no log can carry personal data.
impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
