//! What a person reads of their own ledger: by recipient, and each single disclosure to one.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::model::{self, Disclosure, Group, Kind, role, uses};
use super::queries;
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::past::{Past, Stood};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::{LawfulBasis, Register};
use crate::web::paging::Before;
use crate::web::{Page, html, paging, words};

/// So many recipients stand on a page, and so many single disclosures.
const ON_A_PAGE: usize = 25;

/// One recipient and how often it got something.
pub struct GroupLine {
    /// Its name.
    pub name: String,
    /// What it is.
    pub role: &'static str,
    /// Whether it is a public body, which nobody can refuse.
    pub is_authority: bool,
    /// How often and when.
    pub group: Group,
    /// The days of the first and the last time, where the person lives.
    days: (NaiveDate, NaiveDate),
}

impl GroupLine {
    /// "12 times, from 3 January 2026 to 9 February 2026".
    pub fn times(&self) -> String {
        let (first, last) = self.days;
        match self.group.count {
            1 => format!("Once, on {}", words::day(last)),
            count if first == last => {
                format!("{} times, on {}", words::number(count), words::day(last))
            }
            count => format!(
                "{} times, from {} to {}",
                words::number(count),
                words::day(first),
                words::day(last)
            ),
        }
    }
}

/// One page of the ledger by recipient.
pub struct Ledger {
    /// Whether the organisation keeps one at all.
    pub is_kept: bool,
    /// In the order of their keys.
    pub groups: Vec<GroupLine>,
    /// Where it goes on.
    pub next: Option<i64>,
}

/// The page of a person's ledger after the recipient of that disclosure, which must be theirs.
pub fn read(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    after: Option<i64>,
) -> AppResult<Ledger> {
    let (register, residence) = (&app.register, find_residence(conn, person_id)?);
    let day = |at| day_of(app, &residence, at);
    let subjects = queries::subjects(conn, person_id)?;
    let after = match after {
        Some(id) => queries::find(conn, &subjects, id)?.recipient,
        None => String::new(),
    };
    let at_most = paging::one_more(ON_A_PAGE);
    let mut groups = queries::list_groups(conn, &subjects, &after, at_most)?;
    let next = paging::cut(&mut groups, ON_A_PAGE).map(|it| it.any);
    let is_kept = !groups.is_empty() || queries::is_kept(conn)?;
    let lines = groups.into_iter().map(|group| GroupLine {
        name: register.recipient_name(&group.recipient).to_owned(),
        role: role(register, group.kind, &group.recipient),
        is_authority: group.kind == Kind::Authority,
        days: (day(group.first_at), day(group.last_at)),
        group,
    });
    Ok(Ledger {
        is_kept,
        groups: lines.collect(),
        next,
    })
}

#[derive(Template)]
#[template(path = "disclosures/recipient.html")]
struct RecipientPage<'a> {
    page: Page,
    name: &'a str,
    role: &'static str,
    lines: Vec<Line<'a>>,
    newest: Option<String>,
    older: Option<String>,
}

struct Line<'a> {
    day: String,
    data: String,
    what_for: &'a str,
    legal_basis: &'static str,
}

/// Every disclosure to the recipient of one that is the person's own.
pub async fn show(
    person: Person,
    app: App,
    page: Page,
    id: web::Path<i64>,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let (id, before) = (id.into_inner(), from.before);
    let own = app.clone();
    let found = app.db.read(move |conn| {
        let subjects = queries::subjects(conn, person.id)?;
        let one = queries::find(conn, &subjects, id)?;
        let before = before.map(|id| queries::find(conn, &subjects, id));
        let before = before.transpose()?;
        let at_most = paging::one_more(ON_A_PAGE);
        let all = queries::list(conn, &subjects, &one.recipient, before.as_ref(), at_most)?;
        let home = find_residence(conn, person.id)?;
        Ok((one, all, (Past::load(conn, &own, person.id)?, home)))
    });
    let (one, mut all, (past, home)): (Disclosure, Vec<_>, (Past, String)) = found.await?;
    let last = paging::cut(&mut all, ON_A_PAGE);
    let older = last.map(|it| format!("/disclosures/{id}?before={}", it.id));
    let lines = all.iter().map(|it| Line {
        day: words::day(day_of(&app, &home, it.at)),
        data: it.data(&app.register).join(", "),
        what_for: it.what_for(&app.register),
        legal_basis: what_allows(it, &app.register, &past),
    });
    let shown = RecipientPage {
        page,
        name: app.register.recipient_name(&one.recipient),
        role: role(&app.register, one.kind, &one.recipient),
        lines: lines.collect(),
        newest: before.map(|_| format!("/disclosures/{id}")),
        older,
    };
    html(StatusCode::OK, &shown)
}

/// The day of a disclosure where the person lives. A system that told no time told a day, which is that everywhere.
fn day_of(app: &App, residence: &str, at: NaiveDateTime) -> NaiveDate {
    if at.time() == NaiveTime::MIN {
        at.date()
    } else {
        app.laws.day_in(residence, at)
    }
}

/// What the record says of it. A consent is said to be one only where the person had given it by then.
fn what_allows(it: &Disclosure, register: &Register, past: &Past) -> &'static str {
    let uses = uses(register, it.activity.as_deref(), &it.recipient);
    let mut stood: Vec<_> = uses
        .iter()
        .map(|activity| past.at(activity, it.at))
        .collect();
    stood.dedup();
    let is_wrongful = |stood| {
        let mut uses = uses.iter();
        uses.all(|activity| model::is_wrongful(activity, it.legal_basis, stood))
    };
    match (&stood[..], it.legal_basis) {
        ([Stood::Stopped], _) if is_wrongful(Stood::Stopped) => {
            "You had stopped it before. Ask us about it."
        }
        ([Stood::Objected], _) if is_wrongful(Stood::Objected) => {
            "You had objected to it before. Ask us about it."
        }
        ([Stood::NotAllowed], _) if is_wrongful(Stood::NotAllowed) => {
            "We have no consent of yours on record. Ask us about it."
        }
        ([Stood::NotStopped], LawfulBasis::Consent) => "You had not stopped it",
        _ => it.legal_basis.title(),
    }
}
