//! One of the person's requests, with all that is said of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::shown::{ShownItem, ShownMessage, ShownStep};
use super::writing::Typed;
use super::{address, law_of};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::db::AnyConnection;
use crate::disclosures::queries::{self as told, Told};
use crate::disclosures::untold::{self, Untold};
use crate::error::AppResult;
use crate::law::Regulator;
use crate::manual::{unsearched, waiting};
use crate::my_data::kept;
use crate::my_data::set_aside::SetAside;
use crate::my_data::statements::Statements;
use crate::requests::denial::{self, Denial};
use crate::requests::details::{self, Details};
use crate::requests::earlier::{self, Opened};
use crate::requests::model::State;
use crate::requests::restrictions::{self, Restriction};
use crate::requests::senders::account_pages::ToConfirm;
use crate::requests::{agents, dates, pause, queries, reference, words};
use crate::web::{Form, Page, html};

/// So many notices to recipients are shown of a request; all of them stand under `/disclosures`.
const MOST_TOLD: i64 = 100;

#[derive(Template)]
#[template(path = "requests/show.html")]
struct ShowPage {
    page: Page,
    details: Details,
    items: Vec<ShownItem>,
    messages: Vec<ShownMessage>,
    steps: Vec<ShownStep>,
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
    /// What they are asked to confirm, as long as it is not known who asks.
    to_confirm: Option<ToConfirm>,
    form: Form<Typed>,
}

impl ShowPage {
    /// Of the person's own, with what was typed there.
    fn load(
        conn: &mut AnyConnection,
        app: &App,
        (person_id, reference): (i64, &str),
        (page, form): (Page, Form<Typed>),
    ) -> AppResult<Self> {
        let request = queries::find_for_person(conn, person_id, reference)?;
        let details = details::load(conn, &app.keys, request)?.for_the_person();
        let (request, is_decided) = (&details.request, details.is_decided());
        let opened = (&*details.items, &*details.decision_reason);
        let denial = if is_decided {
            denial::of(conn, app, request, opened)?
        } else {
            None
        };
        let unsearched = unsearched::list(conn, &app.register, request)?;
        let said = Statements::load(conn, &app.keys, person_id)?;
        let told = told::list_of_request(conn, person_id, reference, MOST_TOLD)?;
        let filed_by = agents::queries::in_words(conn, &app.keys, request)?;
        let page = page.of_residence(app, &request.residence);
        let (zone, now) = (page.zone, app.clock.now());
        let day = |at| dates::today(&app.laws, request, at);
        Ok(ShowPage {
            items: details
                .items
                .iter()
                .map(|it| ShownItem::of(app, denial.as_ref(), (it, &said)))
                .collect(),
            messages: details
                .messages
                .iter()
                .map(|it| ShownMessage::of(it, zone))
                .collect(),
            steps: steps(&details, (filed_by.as_deref(), zone)),
            denial,
            ties: queries::list_ties(conn, request)?,
            is_paused: pause::is_on(&app.laws, request),
            told: told::named(&app.register, told, |it| day(it.created_at)),
            untold: untold::of_request(conn, app, request)?,
            today: day(now),
            closed_on: request.closed_at.map(day),
            restriction: restrictions::find(conn, request.id)?,
            earlier: earlier::list(conn, app, request)?,
            left: kept::left_of(conn, app, request)?,
            by_hand: waiting::in_words(conn, app, request)?,
            unsearched: unsearched::in_words(&unsearched).filter(|_| is_decided),
            set_aside: SetAside::beside(app, request),
            law: law_of(&app.laws, request),
            is_late: dates::is_late(&app.laws, request, now),
            authorities: app.laws.regulators(&request.law),
            filed_by,
            to_confirm: ToConfirm::find(conn, app, request)?,
            details,
            page,
            form,
        })
    }

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

/// What happened, newest first.
fn steps(details: &Details, filed_by: (Option<&str>, Tz)) -> Vec<ShownStep> {
    let steps = details.steps.iter().rev();
    let steps = steps.filter(|it| !it.kind.is_for_staff());
    steps
        .map(|it| ShownStep::of(details.request.kind, it, filed_by))
        .collect()
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

/// The same with what was typed there.
pub(super) async fn show_with(
    status: StatusCode,
    person: &Person,
    app: &App,
    page: Page,
    typed: &str,
    form: Form<Typed>,
) -> AppResult<HttpResponse> {
    let (own, person_id, reference) = (app.clone(), person.id, reference::normal(typed));
    let found = app
        .db
        .read(move |conn| ShowPage::load(conn, &own, (person_id, &reference), (page, form)));
    html(status, &found.await?)
}
