//! What a text promises, held against the register. A text names what it speaks of in lines that readers do not
//! see, each with an empty line before it:
//!
//! ```text
//! [names]: # (categories: user.name, user.contact)
//! [names]: # (recipients: employers, authorities)
//! [names]: # (consent: marketing)
//! [touches]: # (activities: personalisation)
//! ```
//! `names` says what stands near it in the text; `touches`, what the version changes for people. A recipient or a
//! category that stands in the text by its name needs no such line. `consent` names the activities of which the text
//! says that they need a yes.

use super::text::Text;
use crate::db::text_enum;
use crate::register::{Activity, LawfulBasis, Register, covers};

text_enum! {
    /// Why a line names something.
    pub enum Purpose {
        /// The text speaks of it.
        Names = "names",
        /// The version changes it.
        Touches = "touches",
    }
}

text_enum! {
    /// What a line names.
    pub enum Kind {
        /// Categories of data.
        Categories = "categories",
        /// Recipients.
        Recipients = "recipients",
        /// Activities.
        Activities = "activities",
        /// Activities that rest on consent.
        Consent = "consent",
    }
}

/// One such line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// From 1.
    pub line: usize,
    /// Why.
    pub purpose: Purpose,
    /// What; `None` where the line cannot be read.
    pub named: Option<(Kind, Vec<String>)>,
}

impl Mark {
    /// Every such line of a Markdown text.
    pub fn all(markdown: &str) -> Vec<Mark> {
        let lines = markdown.lines().enumerate();
        lines
            .filter_map(|(at, line)| Mark::read(at + 1, line))
            .collect()
    }

    fn read(line: usize, text: &str) -> Option<Mark> {
        let (purpose, rest) = text.strip_prefix('[')?.split_once("]:")?;
        let purpose = purpose.parse().ok()?;
        let named = || {
            let inside = rest.trim().strip_prefix("# (")?.strip_suffix(')')?;
            let (kind, keys) = inside.split_once(':')?;
            let keys = keys.split(',').map(|it| it.trim().to_owned());
            Some((
                kind.trim().parse().ok()?,
                keys.filter(|it| !it.is_empty()).collect(),
            ))
        };
        Some(Mark {
            line,
            purpose,
            named: named(),
        })
    }

    /// The keys that it names of that kind.
    pub fn keys(&self, kind: Kind) -> &[String] {
        match &self.named {
            Some((own, keys)) if *own == kind => keys,
            _ => &[],
        }
    }
}

/// Each promise that the register does not bear out, and each thing in the register of which the text says nothing,
/// as sentences for staff.
pub fn faults(register: &Register, text: &Text) -> Vec<String> {
    let mut faults: Vec<String> = text
        .marks
        .iter()
        .flat_map(|it| faults_of(register, it))
        .collect();
    let words = text.words();
    let named = |kind| {
        let marks = text.marks.iter();
        let names = marks.filter(|it| it.purpose == Purpose::Names);
        names.flat_map(move |it| it.keys(kind))
    };
    for category in &register.categories {
        let mut keys = named(Kind::Categories);
        if !keys.any(|it| covers(it, &category.key)) && !mentions(&words, &category.title) {
            faults.push(format!(
                "The register has the category “{}” ({}), and the policy does not name it.",
                category.title, category.key
            ));
        }
    }
    for recipient in &register.recipients {
        let mut keys = named(Kind::Recipients);
        if !keys.any(|it| *it == recipient.key) && !mentions(&words, &recipient.name) {
            faults.push(format!(
                "The register has the recipient “{}” ({}), and the policy does not name it.",
                recipient.name, recipient.key
            ));
        }
    }
    let by_consent = register.activities.iter().filter(|it| rests_on_consent(it));
    for activity in by_consent {
        if !named(Kind::Consent).any(|it| *it == activity.key) {
            faults.push(format!(
                "In the register “{}” ({}) rests on consent, and the policy does not name it as such.",
                activity.title, activity.key
            ));
        }
    }
    faults.extend(periods_missing(register, &words));
    faults
}

fn rests_on_consent(activity: &Activity) -> bool {
    activity.lawful_basis == Some(LawfulBasis::Consent)
}

/// Each period of keeping that the text does not have, in the words in which people read it beside their data.
fn periods_missing(register: &Register, words: &str) -> Vec<String> {
    let categories = register.categories.iter();
    let categories = categories.map(|it| (&it.title, &it.retention));
    let collections = register.datasets.iter().flat_map(|it| &it.collections);
    let collections = collections.filter_map(|it| Some((&it.title, it.retention.as_ref()?)));
    let missing = categories.chain(collections).filter_map(|(title, kept)| {
        let kept = kept.in_words();
        let period = kept.strip_prefix("for ").unwrap_or(&kept);
        (!mentions(words, period)).then(|| {
            format!(
                "The register keeps “{title}” {kept}, and the policy does not have that period."
            )
        })
    });
    missing.collect()
}

fn faults_of(register: &Register, mark: &Mark) -> Vec<String> {
    let line = mark.line;
    let Some((kind, keys)) = &mark.named else {
        return vec![format!(
            "Line {line}: expected a line such as [{}]: # (categories: user.name, user.contact).",
            mark.purpose
        )];
    };
    let is_declared = |key: &String| match kind {
        Kind::Categories => register.category(key).is_some(),
        Kind::Recipients => register.recipient(key).is_some(),
        Kind::Activities => register.activity(key).is_some(),
        Kind::Consent => register.activity(key).is_some_and(rests_on_consent),
    };
    let missing = keys.iter().filter(|it| !is_declared(it));
    missing
        .map(|key| match kind {
            Kind::Consent => format!("Line {line}: the policy says that {key} needs consent, and in the register it does not rest on it."),
            kind => format!("Line {line}: the policy names {key} among its {kind}, and the register does not have it."),
        })
        .collect()
}

/// Whether a name stands in a text as whole words, in whatever case.
pub fn mentions(words: &str, name: &str) -> bool {
    let (words, name) = (words.to_lowercase(), name.to_lowercase());
    let is_end = |it: Option<char>| it.is_none_or(|it| !it.is_alphanumeric());
    !name.is_empty()
        && words.match_indices(&name).any(|(at, _)| {
            let after = words[at + name.len()..].chars().next();
            is_end(words[..at].chars().next_back()) && is_end(after)
        })
}
