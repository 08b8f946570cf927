//! Reads grounds and notices from a file.

use super::denials::{Cause, Denials, Ground, Notice, When};
use super::load::DENIABLE;
use super::read::Table;
use super::rights::Right;
use super::rows::one_of;

/// All sets of a file. One for the same laws as a known one need only say what is different.
pub(super) fn denials(file: &Table<'_>, known: &[Denials]) -> Vec<Denials> {
    file.tables("denials", |table| set(table, known))
}

fn set(table: &Table<'_>, known: &[Denials]) -> Option<Denials> {
    let laws = table.needed("laws", table.texts("laws"), None);
    let known = laws
        .as_ref()
        .and_then(|laws| known.iter().find(|it| it.laws == *laws));
    let from = table.date("effective_from");
    let from = table.needed("effective_from", from, known.map(|it| it.effective_from));
    let reviewed_on = table.date("reviewed_on");
    let reviewed_on = table.needed("reviewed_on", reviewed_on, known.map(|it| it.reviewed_on));
    let grounds = table.tables("ground", ground);
    let notices = table.tables("notice", notice);
    let is_new = |it: &&Ground| !grounds.iter().any(|own| own.code == it.code);
    let kept: Vec<_> = known
        .into_iter()
        .flat_map(|it| &it.grounds)
        .filter(is_new)
        .cloned()
        .collect();
    let kept_notices = known.filter(|_| notices.is_empty());
    Some(Denials {
        laws: laws?,
        grounds: kept.into_iter().chain(grounds).collect(),
        notices: kept_notices.map_or(notices, |it| it.notices.clone()),
        effective_from: from?,
        effective_to: table.date("effective_to").or_else(|| known?.effective_to),
        reviewed_on: reviewed_on?,
        place: table.place(),
    })
}

fn rights(table: &Table<'_>) -> Vec<Right> {
    let rights = table.list("rights", &one_of(DENIABLE), |item| {
        let right = item.as_str()?.parse().ok()?;
        DENIABLE.contains(&right).then_some(right)
    });
    rights.unwrap_or_else(|| DENIABLE.to_vec())
}

fn ground(table: &Table<'_>) -> Option<Ground> {
    let text = |key| table.needed(key, table.text(key), None);
    let (code, title, says) = (text("code"), text("title"), text("says"));
    let stands_for = table.list("stands_for", &one_of(Cause::ALL), |item| {
        item.as_str()?.parse().ok()
    });
    Some(Ground {
        rights: rights(table),
        code: code?,
        title: title?,
        says: says?,
        stands_for: stands_for.unwrap_or_default(),
        cite: table.text("cite").unwrap_or_default(),
    })
}

fn notice(table: &Table<'_>) -> Option<Notice> {
    let text = |key| table.needed(key, table.text(key), None);
    let (title, says) = (text("title"), text("says"));
    let when = table.parsed("when", &one_of(When::ALL), |text| text.parse().ok());
    let when = table.needed("when", when, None);
    let link = table.table("link", |link| {
        let words = link.needed("words", link.text("words"), None);
        let path = link.parsed("path", "a path that starts with /", |path| {
            path.starts_with('/').then(|| path.to_owned())
        });
        let path = link.needed("path", path, None);
        Some((words?, path?))
    });
    Some(Notice {
        when: when?,
        rights: rights(table),
        while_sold: table.flag("while_sold").unwrap_or_default(),
        while_known: table.flag("while_known").unwrap_or_default(),
        statement_words: table.number("statement_words"),
        title: title?,
        says: says?,
        link,
        is_promise: table.flag("promise").unwrap_or_default(),
        cite: table.text("cite").unwrap_or_default(),
    })
}
