//! Reads laws from a file: those of the program, and those by which the organisation replaces them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::NaiveDate;

use super::model::{Law, Regulator, Row, SensitiveUses, Verification};
use super::read::Table;
use super::rights::Right;
use super::term::Term;
use crate::register::NeverDisclose;

/// All laws of a file. One that is known already need only say what is different.
pub(super) fn laws(file: &Table<'_>, known: &[Law]) -> Vec<Law> {
    let seen = RefCell::new(BTreeSet::new());
    file.tables("law", |table| {
        let law = law(table, known)?;
        // The second would take the place of the first, with all its rows.
        if !seen.borrow_mut().insert(law.key.clone()) {
            let wrong = format!("{} stands in this file twice", law.key);
            table.fault("key", wrong, "all its rows in one place");
        }
        Some(law)
    })
}

/// As commands and requests name a law; several are joined by `+`.
fn is_key(text: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    !text.is_empty() && text.chars().all(is_letter)
}

fn law(table: &Table<'_>, known: &[Law]) -> Option<Law> {
    let expected = "small letters, digits and hyphens, such as us-ca";
    let key = table.parsed("key", expected, |text| {
        is_key(text).then(|| text.to_owned())
    });
    let key = table.needed("key", key, None);
    let known = key
        .as_ref()
        .and_then(|key| known.iter().find(|it| it.key == *key));
    let date = |key| table.date(key);
    let name = table.needed("name", table.text("name"), known.map(|it| it.name.clone()));
    let places = table.texts("residences");
    let residences = table.needed("residences", places, known.map(|it| it.residences.clone()));
    let cite = table.needed("cite", table.text("cite"), known.map(|it| it.cite.clone()));
    let from = date("effective_from");
    let from = table.needed("effective_from", from, known.map(|it| it.effective_from));
    let to = date("effective_to").or_else(|| known?.effective_to);
    let reviewed_on = date("reviewed_on");
    let reviewed_on = table.needed("reviewed_on", reviewed_on, known.map(|it| it.reviewed_on));
    let one = table.table("regulator", regulator);
    let several = table.tables("regulators", regulator);
    let mut regulators: Vec<_> = one.into_iter().chain(several).collect();
    if regulators.is_empty() {
        regulators = known.map_or_else(Vec::new, |it| it.regulators.clone());
    }
    let (fallback, employment) = (table.flag("fallback"), table.flag("employment"));
    let tells_everybody = table.flag("tells_everybody");
    let expected = one_of(SensitiveUses::ALL);
    let sensitive_uses = table.parsed("sensitive_uses", &expected, |text| text.parse().ok());
    let inherited = known.map(|it| it.sensitive_uses);
    let own = table.tables("row", |row| {
        rows(row, (cite.as_deref(), from, to, reviewed_on))
    });
    let own: Vec<Row> = own.into_iter().flatten().collect();
    let is_replaced = |row: &&Row| own.iter().any(|it| it.right == row.right);
    let kept = known.into_iter().flat_map(|it| &it.rows);
    let kept: Vec<Row> = kept.filter(|row| !is_replaced(row)).cloned().collect();
    Some(Law {
        key: key?,
        name: name?,
        residences: residences?,
        fallback: fallback.unwrap_or_else(|| known.is_some_and(|it| it.fallback)),
        employment: employment.unwrap_or_else(|| known.is_none_or(|it| it.employment)),
        sensitive_uses: sensitive_uses
            .or(inherited)
            .unwrap_or(SensitiveUses::OptOut),
        tells_everybody: tells_everybody
            .unwrap_or_else(|| known.is_some_and(|it| it.tells_everybody)),
        excluded: false,
        regulators,
        cite: cite?,
        effective_from: from?,
        effective_to: to,
        reviewed_on: reviewed_on?,
        rows: kept.into_iter().chain(own).collect(),
        place: table.place(),
    })
}

fn regulator(table: &Table<'_>) -> Option<Regulator> {
    let name = table.needed("name", table.text("name"), None);
    let link = table.parsed("link", "an address that starts with https://", |text| {
        text.starts_with("https://").then(|| text.to_owned())
    });
    let link = table.needed("link", link, None);
    Some(Regulator {
        name: name?,
        link: link?,
    })
}

/// What a row has from its law where it says nothing itself.
type Inherited<'a> = (
    Option<&'a str>,
    Option<NaiveDate>,
    Option<NaiveDate>,
    Option<NaiveDate>,
);

/// A table of terms stands for one row per right that it names.
fn rows(table: &Table<'_>, (cite, from, to, reviewed_on): Inherited<'_>) -> Option<Vec<Row>> {
    let term = |key| {
        let expected = "such as \"45 days\", \"10 business days\" or \"1 month\"";
        table.parsed(key, expected, |text| Term::from_str(text).ok())
    };
    let rights = table.list("rights", &one_of(Right::ALL), |item| {
        item.as_str()?.parse().ok()
    });
    let rights: Vec<Right> = table.needed("rights", rights, None).unwrap_or_default();
    if rights.is_empty() && table.has("rights") {
        table.fault("rights", "the row is for no right", "a right in the list");
    }
    let expected = one_of(Verification::ALL);
    let verification = table.parsed("verification", &expected, |text| text.parse().ok());
    let verification = table.needed("verification", verification, None);
    let expected = one_of(NeverDisclose::ALL);
    let never_disclosed = table.list("never_disclosed", &expected, |item| {
        item.as_str()?.parse().ok()
    });
    let cite = table.text("cite").or_else(|| cite.map(str::to_owned));
    let from = table.date("effective_from").or(from);
    let reviewed_on = table.date("reviewed_on").or(reviewed_on);
    let row = Row {
        right: Right::Access,
        answer: term("answer"),
        extension: term("extension"),
        acknowledge: term("acknowledge"),
        effect: term("effect"),
        may_pause: table.flag("may_pause").unwrap_or_default(),
        appeal: term("appeal"),
        appeal_extension: term("appeal_extension"),
        free: table.number("free"),
        verification: verification.unwrap_or(Verification::None),
        never_disclosed: never_disclosed.unwrap_or_default(),
        signal: table.flag("signal").unwrap_or_default(),
        effective_to: table.date("effective_to").or(to),
        cite: cite?,
        effective_from: from?,
        reviewed_on: reviewed_on?,
        place: table.place(),
    };
    if row.answer.or(row.effect).or(row.acknowledge).is_none() {
        let wrong = "the row sets no date";
        table.fault("", wrong, "`answer`, `effect` or `acknowledge`");
    }
    let row = |right| Row {
        right,
        ..row.clone()
    };
    Some(rights.into_iter().map(row).collect())
}

pub(super) fn one_of<T: ToString>(known: &[T]) -> String {
    let known: Vec<_> = known.iter().map(ToString::to_string).collect();
    format!("one of {}", known.join(", "))
}
