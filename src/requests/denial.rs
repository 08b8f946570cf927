//! What the law wants said of a denial, in whole or in part: why, and all that goes with it. It is put together from
//! the rows of law, so that nobody has to think of it: for the mail, for the person's page, and for staff before
//! anything is sent.

use diesel::prelude::*;

use super::details::{self, OpenItem};
use super::model::{Decision, Item, Kind, Outcome, Request};
use super::sealed::{self, What};
use super::{appeals, dates, queries, statements, words};
use crate::app::App;
use crate::choices;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::law::{Cause, Ground, Laws, Notice, Regulator, When};

/// All that is said.
#[derive(Debug, Clone, Default)]
pub struct Denial {
    /// Why, of each thing that is not done.
    pub reasons: Vec<Reason>,
    /// What else the law wants the person to know.
    pub notices: Vec<Notice>,
    /// Within what time an appeal is answered; none where there was one already.
    pub appeal: Option<String>,
    /// Where the person can complain.
    pub authorities: Vec<Regulator>,
}

/// Why one thing is not done.
#[derive(Debug, Clone)]
pub struct Reason {
    /// Of an item.
    pub item: Option<i64>,
    /// What it is about; empty for the request as a whole.
    pub what: String,
    /// The code of the law's ground; empty where the law has none.
    pub code: String,
    /// What the ground says.
    pub says: String,
    /// Where it stands.
    pub cite: String,
    /// The facts, as staff or the register put them.
    pub facts: String,
}

impl Reason {
    /// What the ground says and where it stands, in one line; the facts where the law knows no ground.
    pub fn in_words(&self) -> String {
        let says = if self.says.is_empty() {
            &self.facts
        } else {
            &self.says
        };
        match self.cite.as_str() {
            "" => says.clone(),
            cite => format!("{says} ({cite})"),
        }
    }

    /// The facts and where the reason stands, in one line.
    pub fn facts_in_words(&self) -> String {
        match self.cite.as_str() {
            "" => self.facts.clone(),
            cite => format!("{} ({cite})", self.facts),
        }
    }
}

impl Denial {
    /// In how many words the person may say something of health data that are not put right; none where the law does
    /// not give that.
    pub fn statement_words(&self) -> Option<u32> {
        self.notices.iter().find_map(|it| it.statement_words)
    }

    /// Why an item is not done.
    pub fn reason_of(&self, item: i64) -> Option<&Reason> {
        self.reasons.iter().find(|it| it.item == Some(item))
    }

    /// Why the request as a whole is denied.
    pub fn whole(&self) -> Option<&Reason> {
        self.reasons.iter().find(|it| it.item.is_none())
    }

    /// The grounds, each once, without the facts: as a mail may have them.
    pub fn grounds(&self) -> Vec<String> {
        let said = self.reasons.iter().filter(|it| !it.says.is_empty());
        let mut grounds: Vec<_> = said.map(Reason::in_words).collect();
        grounds.sort();
        grounds.dedup();
        grounds
    }
}

impl Notice {
    /// Words and whole address of its link, for mails.
    pub fn linked(&self, site: &Site) -> Option<(&str, String)> {
        let (words, path) = self.link.as_ref()?;
        Some((words, site.url(path)))
    }
}

/// The right that is denied: of an appeal that of the request which it is against.
pub fn kind_denied(conn: &mut AnyConnection, request: &Request) -> QueryResult<Kind> {
    let Some(against) = request.appeal_of else {
        return Ok(request.kind);
    };
    Ok(queries::find(conn, against)?.kind)
}

/// The grounds on which a request for a right may be denied under the law of a request.
pub fn grounds(laws: &Laws, request: &Request, kind: Kind) -> Vec<Ground> {
    laws.grounds(&request.law, dates::right(kind), request.received_on)
}

/// The ground of that code.
pub fn ground(laws: &Laws, request: &Request, kind: Kind, code: &str) -> Option<Ground> {
    laws.ground(&request.law, dates::right(kind), request.received_on, code)
}

/// The ground that backs something by itself.
pub fn ground_for(laws: &Laws, request: &Request, cause: Cause) -> Option<Ground> {
    let right = dates::right(request.kind);
    laws.ground_for(&request.law, right, request.received_on, cause)
}

/// The same for data that stay by a law that is named: the ground that this law is, where it is one of the set.
pub fn ground_by(
    laws: &Laws,
    request: &Request,
    (cause, basis): (Cause, Option<&str>),
) -> Option<Ground> {
    let named = basis.and_then(|basis| {
        let all = grounds(laws, request, request.kind).into_iter();
        let named = all.filter_map(|it| Some((place_of(basis, &it.cite)?, it)));
        named.min_by_key(|(place, _)| *place).map(|(_, it)| it)
    });
    named.or_else(|| ground_for(laws, request, cause))
}

/// Where a text cites a law, as a whole: 17(3) is not 17(3)(b).
fn place_of(text: &str, cite: &str) -> Option<usize> {
    let goes_on = |at: usize| {
        let next = text[at + cite.len()..].chars().next();
        next.is_some_and(|it| it == '(' || it.is_alphanumeric())
    };
    let mut found = text.match_indices(cite).map(|(at, _)| at);
    found.find(|at| !cite.is_empty() && !goes_on(*at))
}

/// What is said of a request as it was decided; nothing where all of it was granted.
pub fn of_decided(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Option<Denial>> {
    let reference = &request.reference;
    let items = queries::list_items(conn, request.id)?.into_iter();
    let items = items.map(|item| details::open_item(&app.keys, reference, item));
    let items: Vec<_> = items.collect::<AppResult<_>>()?;
    let sealed = request.decision_reason.as_deref();
    let facts = sealed::open_text(&app.keys, reference, What::DecisionReason, sealed)?;
    of(conn, app, request, (&items, &facts))
}

/// The same of items and facts that are open already. The outcome, the ground and the decisions are those of the
/// request and the items as they are given.
pub fn of(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    (items, facts): (&[OpenItem], &str),
) -> AppResult<Option<Denial>> {
    let when = match request.outcome {
        Some(Outcome::Denied) => When::Denied,
        Some(Outcome::PartlyApproved) => When::Partly,
        Some(Outcome::Approved) | None => return Ok(None),
    };
    let kind = kind_denied(conn, request)?;
    let right = dates::right(kind);
    let mut notices = app
        .laws
        .notices(&request.law, right, request.received_on, when);
    if notices.iter().any(|it| it.while_sold) && !choices::is_sold(conn, app, request.person_id)? {
        notices.retain(|it| !it.while_sold);
    }
    let ground = request.ground.as_deref().filter(|_| items.is_empty());
    let ground = ground.and_then(|code| self::ground(&app.laws, request, kind, code));
    let is_unknown = ground.is_some_and(|it| it.stands_for.contains(&Cause::Unverified));
    notices.retain(|it| !(it.while_known && is_unknown));
    let takes_statement = statements::is_open_for_any(app, kind, items);
    notices.retain(|it| it.statement_words.is_none() || takes_statement);
    // An appeal is not appealed against, and neither is what became of one.
    let is_final =
        request.kind == Kind::Appeal || queries::find_appeal(conn, request.id)?.is_some();
    let appeal = appeals::time_in_words(&app.laws, request);
    Ok(Some(Denial {
        reasons: reasons(app, request, kind, (items, facts)),
        notices,
        appeal: appeal.filter(|_| !is_final),
        authorities: app.laws.regulators(&request.law),
    }))
}

fn reasons(
    app: &App,
    request: &Request,
    kind: Kind,
    (items, facts): (&[OpenItem], &str),
) -> Vec<Reason> {
    let found = |code: Option<&String>| code.and_then(|it| ground(&app.laws, request, kind, it));
    let refused = items.iter().filter(|it| it.item.stays());
    let of_item = |open: &OpenItem| {
        let item = &open.item;
        let facts = match item.decision {
            Some(Decision::Refused) => open.decision_reason.clone(),
            _ => kept(item),
        };
        Reason {
            item: Some(item.id),
            what: details::title(&app.register, item),
            ..reason(found(item.ground.as_ref()), item.basis.as_deref(), facts)
        }
    };
    let mut reasons: Vec<_> = refused.map(of_item).collect();
    if items.is_empty() {
        reasons.push(reason(
            found(request.ground.as_ref()),
            None,
            facts.to_owned(),
        ));
    }
    reasons
}

fn reason(ground: Option<Ground>, basis: Option<&str>, facts: String) -> Reason {
    let (code, says, cite) = ground
        .map(|it| (it.code, it.says, it.cite))
        .unwrap_or_default();
    // The register says itself by which law it keeps something.
    let basis = basis.filter(|it| !it.is_empty()).map(str::to_owned);
    Reason {
        item: None,
        what: String::new(),
        cite: basis.unwrap_or(cite),
        code,
        says,
        facts,
    }
}

/// Why and until when the register or a hold keeps something.
pub fn kept(item: &Item) -> String {
    let until = item.keep_until.map(words::day);
    let until = until.map(|day| format!(" Until {day}."));
    let why = item.why.clone().unwrap_or_default();
    format!("{why}{}", until.unwrap_or_default())
}
