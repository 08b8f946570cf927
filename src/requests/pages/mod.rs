//! The person's pages: the list, the request with its conversation, and (in the files beside) the forms to file.

pub mod access;
mod after;
pub mod collected;
pub mod correction;
pub mod deletion;
pub mod evidence;
pub mod given;
pub mod objection;
mod plan_view;
mod proposal;
pub mod restriction;
mod shown;
pub mod statement;
mod writing;

pub use after::filed;
pub use writing::{appeal, write};

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use super::collected as collected_list;
use super::denial::Denial;
use super::details::{self, Details};
use super::earlier::{self, Opened};
use super::life::By;
use super::model::{Line, Request, State};
use super::restrictions::{self, Restriction};
use super::{agents, appeals, dates, decisions, denial, pause, queries, reference, words};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::disclosures::queries::{self as told, Told};
use crate::disclosures::untold::{self, Untold};
use crate::error::AppResult;
use crate::law::{Laws, Regulator};
use crate::manual::{unsearched, waiting};
use crate::my_data::kept;
use crate::my_data::set_aside::SetAside;
use crate::my_data::statements::Statements;
use crate::web::words::moment;
use crate::web::{Form, Page, html, paging, see_other_saying};
use given::Asking;
use shown::{ShownItem, ShownMessage, ShownStep};
use writing::Typed;

/// So many notices to recipients are shown of a request; all of them stand under `/disclosures`.
const MOST_TOLD: i64 = 100;

/// So many requests stand on one page.
const ON_A_PAGE: usize = 20;

/// Where a list goes on: the reference of the last request that was shown.
#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/index.html")]
struct IndexPage {
    page: Page,
    requests: Vec<Line>,
    /// What the law where the person lives gives beyond what every page offers.
    given: Vec<&'static Asking>,
    newer: Option<String>,
    older: Option<String>,
    /// So many corrections are written and not sent.
    collected: i64,
}

/// The person's requests, newest first.
pub async fn index(
    person: Person,
    app: App,
    page: Page,
    after: web::Query<After>,
) -> AppResult<HttpResponse> {
    let after = after.into_inner().after;
    let newer = after.is_some().then(|| "/requests".to_owned());
    let now = app.clock.now();
    let (mut requests, residence, collected) = app
        .db
        .look_up(move |conn| {
            let before = after
                .map(|it| queries::find_id_for_person(conn, person.id, &it))
                .transpose()?;
            let listed =
                queries::list_for_person(conn, person.id, before, paging::one_more(ON_A_PAGE))?;
            let (residence, collected) = collected_list::residence_and_count(conn, person.id, now)?;
            Ok((listed, residence, collected))
        })
        .await?;
    let last = paging::cut(&mut requests, ON_A_PAGE);
    let older = last.map(|last| format!("/requests?after={}", last.reference));
    html(
        StatusCode::OK,
        &IndexPage {
            page,
            requests,
            given: given::list(&app, &residence),
            newer,
            older,
            collected,
        },
    )
}

#[derive(Template)]
#[template(path = "requests/show.html")]
struct ShowPage {
    page: Page,
    details: Details,
    items: Vec<ShownItem>,
    messages: Vec<ShownMessage>,
    steps: Vec<ShownStep>,
    receipts: Vec<(String, String)>,
    denial: Option<Denial>,
    ties: Vec<(&'static str, String)>,
    /// Whether the clock stands still until the person answers.
    is_paused: bool,
    /// Which recipients were told of what was done, with their names.
    told: Vec<Told>,
    /// Who got the data and is not told.
    untold: Vec<Untold>,
    /// The day that it is where the person is.
    today: NaiveDate,
    /// The day there on which it was closed.
    closed_on: Option<NaiveDate>,
    /// What is kept and not used for it.
    restriction: Option<Restriction>,
    /// What was decided before an appeal opened it again.
    earlier: Vec<Opened>,
    /// What it had to leave for a while, as far as it is there now.
    left: Option<Vec<kept::LeftNow>>,
    /// What people change by hand for it now.
    by_hand: Option<String>,
    /// Where nobody could look it up.
    unsearched: Option<String>,
    /// What an answer to it has nothing of, as it is not searched.
    set_aside: SetAside,
    /// The name of the law that sets the date; none where no law does.
    law: Option<String>,
    /// Whether the answer should have been given by now.
    is_late: bool,
    /// Where the person can complain.
    authorities: Vec<Regulator>,
    /// Who filed it, if that was not the person.
    filed_by: Option<String>,
    form: Form<Typed>,
}

impl ShowPage {
    fn can_withdraw(&self) -> bool {
        self.details.request.state.may_become(State::Withdrawn)
    }

    /// Whether an appeal can be filed now: nothing is carried out any more, and it is none itself.
    fn can_appeal(&self) -> bool {
        let appeal = self.denial.as_ref().map(|it| it.appeal.is_some());
        appeal == Some(true) && self.details.request.state.is_closed()
    }

    fn next_step(&self) -> String {
        if self.is_paused {
            return "We wait for you. Until you answer, the clock stands still: the date of our answer moves by as many days.".to_owned();
        }
        let request = &self.details.request;
        if self.is_late {
            let due = request.due();
            return format!("Our answer is late: it was due by {due}. We are sorry.");
        }
        if request.state == State::Denied && self.can_appeal() {
            return "Nothing more will happen, unless you ask us to look again.".to_owned();
        }
        let restriction = self.restriction.as_ref();
        let stands = restriction.filter(|_| request.state == State::Completed);
        let said = self
            .by_hand
            .clone()
            .or(stands.map(|it| it.in_words(request)));
        said.unwrap_or_else(|| request.next_step())
    }

    /// The day that matters now, with what it is.
    fn date(&self) -> (&'static str, String) {
        let request = &self.details.request;
        match request.closed_at {
            Some(_) => (
                "Closed on",
                self.closed_on.map_or_else(String::new, words::day),
            ),
            None if self.is_late => ("Our answer was due by", request.due()),
            None if self.is_paused => (
                "Our answer is due by",
                format!(
                    "{}, and as many days later as you take to answer",
                    request.due()
                ),
            ),
            None => ("Our answer is due by", request.due()),
        }
    }

    fn is_decided(&self) -> bool {
        self.details.is_decided()
    }

    fn address(&self) -> String {
        address(&self.details.request.reference)
    }
}

/// Blanks alone are nothing.
fn trimmed<'de, D: Deserializer<'de>>(typed: D) -> Result<String, D::Error> {
    String::deserialize(typed).map(|text| text.trim().to_owned())
}

fn address(reference: &str) -> String {
    format!("/requests/{reference}")
}

/// One of the person's requests.
pub async fn show(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    show_with(StatusCode::OK, &person, &app, page, &path, Form::default()).await
}

async fn show_with(
    status: StatusCode,
    person: &Person,
    app: &App,
    page: Page,
    typed: &str,
    form: Form<Typed>,
) -> AppResult<HttpResponse> {
    let (person_id, reference, own) = (person.id, reference::normal(typed), app.clone());
    let (
        details,
        receipts,
        denial,
        (ties, (told, untold), (restriction, earlier, left)),
        (said, (by_hand, unsearched), filed_by),
    ) = app
        .db
        .read(move |conn| {
            let request = queries::find_for_person(conn, person_id, &reference)?;
            let receipts = queries::list_receipts(conn, person_id, &reference)?;
            let details = details::load(conn, &own.keys, request)?.for_the_person();
            let opened = (&*details.items, &*details.decision_reason);
            let denial = if details.is_decided() {
                denial::of(conn, &own, &details.request, opened)?
            } else {
                None
            };
            let ties = queries::list_ties(conn, &details.request)?;
            let told = told::list_of_request(conn, person_id, &reference, MOST_TOLD)?;
            let told = (told, untold::of_request(conn, &own, &details.request)?);
            let restriction = restrictions::find(conn, details.request.id)?;
            let earlier = earlier::list(conn, &own, &details.request)?;
            let left = kept::left_of(conn, &own, &details.request)?;
            let about = (ties, told, (restriction, earlier, left));
            let said = Statements::load(conn, &own.keys, person_id)?;
            let by_hand = waiting::in_words(conn, &own, &details.request)?;
            let unsearched = unsearched::list(conn, &own.register, &details.request)?;
            let unsearched = unsearched::in_words(&unsearched).filter(|_| details.is_decided());
            let filed_by = agents::queries::in_words(conn, &own.keys, &details.request)?;
            let about_it = (said, (by_hand, unsearched), filed_by);
            Ok((details, receipts, denial, about, about_it))
        })
        .await?;
    let page = page.of_residence(app, &details.request.residence);
    let zone = page.zone;
    html(
        status,
        &ShowPage {
            items: details
                .items
                .iter()
                .map(|item| ShownItem::of(app, denial.as_ref(), (item, &said)))
                .collect(),
            messages: details
                .messages
                .iter()
                .map(|it| ShownMessage::of(it, zone))
                .collect(),
            steps: details
                .steps
                .iter()
                .rev()
                .filter(|step| !step.kind.is_for_staff())
                .map(|step| ShownStep::of(details.request.kind, step, (filed_by.as_deref(), zone)))
                .collect(),
            receipts: receipts
                .into_iter()
                .map(|(id, when)| (id, moment(when, zone)))
                .collect(),
            denial,
            ties,
            is_paused: pause::is_on(&app.laws, &details.request),
            told: told::named(&app.register, told, |it| {
                dates::today(&app.laws, &details.request, it.created_at)
            }),
            untold,
            today: dates::today(&app.laws, &details.request, app.clock.now()),
            closed_on: details
                .request
                .closed_at
                .map(|at| dates::today(&app.laws, &details.request, at)),
            restriction,
            earlier,
            left,
            by_hand,
            unsearched,
            set_aside: SetAside::beside(app, &details.request),
            law: law_of(&app.laws, &details.request),
            is_late: dates::is_late(&app.laws, &details.request, app.clock.now()),
            authorities: app.laws.regulators(&details.request.law),
            filed_by,
            page,
            details,
            form,
        },
    )
}

/// The person takes a request back.
pub async fn withdraw(
    person: Person,
    app: App,
    session: Session,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let (parts, reference) = (app.clone(), reference::normal(&path));
    let request = app.db.write(move |conn| {
        let request = queries::find_for_person(conn, person.id, &reference)?;
        let by = By::person(&parts, &person);
        decisions::withdraw(conn, &request, &by)
    });
    let request = request.await?;
    app.wake.notify_one();
    see_other_saying(
        &session,
        "You have withdrawn this request.",
        &address(&request.reference),
    )
}

fn filed_address(reference: &str) -> String {
    format!("/requests/{reference}/filed")
}

/// The name of the law that sets a request's date, if one does.
fn law_of(laws: &Laws, request: &Request) -> Option<String> {
    let name = dates::law_in_words(laws, request);
    (!appeals::is_voluntary(laws, request)).then_some(name)
}
