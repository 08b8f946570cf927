//! What was decided and done on a request before an appeal opened it again: the record of a response, and the basis of
//! a denial, are kept like those of any other (11 CCR 7101).

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::details::{self, OpenItem};
use super::life::By;
use super::model::{Action, Decision, Item, Outcome, Request};
use super::sealed::{self, What};
use super::words::outlook;
use super::{dates, denial};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::earlier_answers as earlier;
use crate::error::AppResult;
use crate::web::words;

/// An earlier answer, as the database keeps it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = earlier)]
pub struct Earlier {
    /// Of which request.
    pub request_id: i64,
    /// When it was decided.
    pub decided_at: NaiveDateTime,
    /// How.
    #[diesel(deserialize_as = String)]
    pub outcome: Outcome,
    /// The codes of the law's grounds, and the laws that kept data.
    pub basis: String,
    /// Sealed: [`Answer`].
    answer: Vec<u8>,
}

/// An earlier answer, opened, for the person and for staff.
#[derive(Debug, Clone)]
pub struct Opened {
    /// When it was decided, in words.
    pub decided: String,
    /// How, in a sentence: "we … your request".
    pub verb: &'static str,
    /// What was said and done.
    pub answer: Answer,
}

/// What was said and done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Of the request as a whole.
    pub said: Vec<String>,
    /// One by one.
    pub lines: Vec<Line>,
}

/// One thing that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// What it is about.
    pub title: String,
    /// What was asked, or what stayed.
    pub what: String,
    /// Whether that was done.
    pub became: String,
    /// Why not; may be empty.
    pub why: String,
}

/// Keeps the answer of a request that is opened again; call it before anything of it changes.
pub(super) fn keep(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let (Some(outcome), Some(decided_at)) = (request.outcome, request.decided_at) else {
        return Ok(());
    };
    let app = by.app;
    let items = super::queries::list_items(conn, request.id)?.into_iter();
    let items = items.map(|item| details::open_item(&app.keys, &request.reference, item));
    let items: Vec<_> = items.collect::<AppResult<_>>()?;
    let denial = denial::of_decided(conn, app, request)?.unwrap_or_default();
    let sealed = request.decision_reason.as_deref();
    let said = sealed::open_text(&app.keys, &request.reference, What::DecisionReason, sealed)?;
    let whole = denial.whole().map(denial::Reason::in_words);
    let line = |open: &OpenItem| {
        let reason = denial.reason_of(open.item.id);
        Line {
            title: details::title(&app.register, &open.item),
            what: outlook(open.item.action, open.item.count),
            became: became(&open.item).to_owned(),
            why: reason.map_or_else(String::new, |it| format!("{} {}", it.in_words(), it.facts)),
        }
    };
    let answer = Answer {
        said: whole
            .into_iter()
            .chain((!said.is_empty()).then_some(said))
            .collect(),
        lines: items.iter().map(line).collect(),
    };
    let json = serde_json::to_string(&answer)?;
    diesel::insert_into(earlier::table)
        .values((
            earlier::request_id.eq(request.id),
            earlier::decided_at.eq(decided_at),
            earlier::outcome.eq(outcome.as_str()),
            earlier::basis.eq(basis(request, &items)),
            earlier::answer.eq(sealed::seal(
                &app.keys,
                &request.reference,
                What::EarlierAnswer,
                json,
            )),
        ))
        .execute(conn)?;
    Ok(())
}

fn became(item: &Item) -> &'static str {
    match (item.action, item.decision) {
        (Action::Keep | Action::Leave, _) => "Stayed",
        (Action::Follow, _) => "Goes with what it shows",
        (_, Some(Decision::Accepted)) => "Done",
        (_, Some(Decision::Refused)) => "Refused",
        (_, None) => "Not decided",
    }
}

fn basis(request: &Request, items: &[OpenItem]) -> String {
    let of_items = items.iter().filter_map(|open| open.item.basis_in_codes());
    let mut all: Vec<_> = of_items.chain(request.ground.clone()).collect();
    all.retain(|it| !it.is_empty());
    all.sort();
    all.dedup();
    all.join("; ")
}

/// The earlier answers to some requests, oldest first.
pub fn list_of(conn: &mut AnyConnection, requests: &[i64]) -> QueryResult<Vec<Earlier>> {
    Earlier::query()
        .filter(earlier::request_id.eq_any(requests.to_vec()))
        .order((earlier::request_id, earlier::id))
        .load(conn)
}

/// Those to one request, opened.
pub fn list(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<Vec<Opened>> {
    let open = |it: Earlier| {
        let json = sealed::open(
            &app.keys,
            &request.reference,
            What::EarlierAnswer,
            &it.answer,
        )?;
        Ok(Opened {
            decided: words::day(dates::today(&app.laws, request, it.decided_at)),
            verb: it.outcome.verb(),
            answer: serde_json::from_slice(&json)?,
        })
    };
    let all = list_of(conn, &[request.id])?;
    all.into_iter().map(open).collect()
}
