//! What an approved request for access gives, beside the words of staff: a package of the data that are held, or the
//! categories as the register knows them (Cal. Civ. Code 1798.110, 1798.115; 11 CCR 7024).

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::carry_out::Stop;
use super::handling::write_message;
use super::life::By;
use super::model::{Kind, Outcome, Request};
use super::senders::model::Wants;
use super::{periods, senders};
use crate::app::App;
use crate::audit::Actor;
use crate::choices::Stopped;
use crate::db::AnyConnection;
use crate::disclosures::receiving::{Line, lists};
use crate::error::AppResult;
use crate::my_data::export;
use crate::my_data::kept::{self, Kept};
use crate::my_data::ledger;
use crate::my_data::set_aside::SetAside;
use crate::sources::{Dates, Identities};

/// What the person learns of a package; first what is in it.
const ALL: &str = "all that we hold";
const OF_A_TIME: &str = "what we hold of the time that you named, and what has no date,";
const PACKAGE: &str = "in one file. You get a mail when it is ready. To download it, sign in with your e-mail address, and open “My data”, “Download all of it”. It stays there for a week, and you can make a new one at any time.";

/// The same for whoever gave no address.
const BY_LETTER: &str = "A copy of the data is being made now. It will be printed and sent.";

/// What goes to the person.
#[derive(Debug, Clone)]
pub(super) enum Gives {
    /// A file with all data.
    Package,
    /// Which categories are held, where they come from, what for, and who gets them.
    Categories(String),
}

/// Whether something is given beyond the words of staff. Somebody with an account has the copy at hand, unless they were
/// told that a part of it is denied, and that the rest is theirs.
pub(super) fn is_due(conn: &mut AnyConnection, request: &Request) -> AppResult<bool> {
    let came_without = senders::queries::find(conn, request.id)?.is_some();
    let is_part = request.outcome == Some(Outcome::PartlyApproved);
    Ok(request.kind == Kind::Access && (came_without || is_part))
}

/// Looks up what is given. It reads the sources.
pub(super) fn look_up(app: &App, request: &Request, person: &Identities) -> Result<Gives, Stop> {
    let sender = app
        .db
        .read_now(|conn| Ok(senders::queries::find(conn, request.id)?))?;
    if sender.is_none_or(|it| it.wants != Wants::Categories) {
        return Ok(Gives::Package);
    }
    let summaries = app.sources.overview(person);
    if let Some(error) = summaries.iter().find_map(|it| it.counts.as_ref().err()) {
        return Err(Stop::from(error.clone()));
    }
    let cards = ledger::cards(&app.register, summaries);
    let person_id = request.person_id;
    let stopped = app
        .db
        .read_now(|conn| Stopped::load(conn, app, person_id))?;
    let kept = kept::list(app, (person_id, person))?.lines;
    let mut said = categories(app, (&cards, &kept), &stopped);
    SetAside::of_request(app, request).write_to(&mut said);
    Ok(Gives::Categories(said))
}

/// Gives it: the message, and the job that makes the package; with the facts for the receipt.
pub(super) fn give(
    conn: &mut AnyConnection,
    request: &Request,
    gives: &Gives,
    by: &By<'_>,
) -> AppResult<Value> {
    match gives {
        Gives::Categories(words) => {
            write_message(conn, request, words, by)?;
            Ok(json!({ "answered": true, "given": "categories" }))
        }
        Gives::Package => {
            let is_reached = super::notices::reaches(conn, by.app, request)?;
            let dates = periods::find(conn, request.id)?;
            let what = if dates.is_all() { ALL } else { OF_A_TIME };
            let words = format!("A copy of your data is being made now, {what} {PACKAGE}");
            let words = if is_reached { &words } else { BY_LETTER };
            write_message(conn, request, words, by)?;
            begin_package(conn, (request, dates), by)?;
            Ok(json!({ "answered": true, "given": "package" }))
        }
    }
}

fn begin_package(
    conn: &mut AnyConnection,
    (request, dates): (&Request, Dates),
    by: &By<'_>,
) -> AppResult<()> {
    let pseudonym = super::queries::find_pseudonym(conn, request.person_id)?;
    let whose = (request.person_id, pseudonym.as_str());
    let asks = (Actor::System, json!({ "for": request.reference }));
    export::asking::begin(conn, whose, (dates, Some(request.id)), asks, by.now)
}

/// The answer in words, category by category, and the two lists of who gets data.
fn categories(
    app: &App,
    (cards, kept): (&[ledger::CategoryCard], &[Kept]),
    stopped: &Stopped,
) -> String {
    let mut said = String::from("These are the kinds of data that we hold about you.\n");
    if cards.is_empty() && kept.is_empty() {
        said = String::from("By what we know you by, we hold no data about you.\n");
    }
    for card in cards {
        let (mut purposes, mut recipients) = (card.purposes.clone(), card.recipients.clone());
        stopped.mark_activities(&mut purposes);
        stopped.mark_recipients(&mut recipients);
        let _ = write!(
            said,
            "\n{}{}\nWhere it comes from: {}.\nWhat for: {}.\nWho may get it: {}.\nKept {}.\n",
            card.title,
            if card.statutory.is_empty() {
                String::new()
            } else {
                format!(" – in the law: {}", card.statutory)
            },
            card.comes_from().join("; "),
            or_nothing(purposes.join("; ")),
            or_nothing(recipients.join("; ")),
            card.kept,
        );
    }
    if !kept.is_empty() {
        said.push_str("\nThese stayed when we deleted your data:\n");
    }
    for it in kept {
        let (title, records, why) = (&it.title, it.in_words(), it.why_in_words());
        let category = app.register.collection(&it.key);
        let category = category.and_then(|it| app.register.category_of_collection(it));
        let category = category.map_or_else(
            || "Other records".to_owned(),
            |it| format!("{} – in the law: {}", it.title, it.statutory()),
        );
        let reference = &it.reference;
        let _ = writeln!(
            said,
            "– {title} ({category}): {records}. {why} Your deletion {reference}."
        );
    }
    let (sold, disclosed) = lists(&app.register, stopped);
    list(&mut said, "Sold or shared for advertising", &sold);
    list(
        &mut said,
        "Disclosed so that others work for us",
        &disclosed,
    );
    said
}

fn list(said: &mut String, title: &str, lines: &[Line<'_>]) {
    let _ = write!(said, "\n{title}:\n");
    for line in lines {
        let data = or_nothing(line.data.join(", "));
        let role = line.recipient.role.title().to_lowercase();
        let name = &line.recipient.name;
        let purposes = line.purposes.join("; ");
        let statutory = or_nothing(line.statutory.join(", "));
        let _ = writeln!(
            said,
            "– {name} ({role}): {data} – in the law: {statutory}. What for: {purposes}."
        );
    }
    if lines.is_empty() {
        said.push_str("– To nobody.\n");
    }
}

fn or_nothing(words: String) -> String {
    if words.is_empty() {
        "nothing else".to_owned()
    } else {
        words
    }
}
