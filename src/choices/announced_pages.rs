//! What people are told before a use begins: what is offered for data, and where a machine takes part in decisions of
//! weight. Everybody may read it; who is signed in also sees how it stands for them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::defaults::Defaults;
use super::refusable::AUTOMATED_DECISIONS;
use super::settings::{self, Setting, Use};
use super::standing::{self, Standing};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::law::Right;
use crate::register::{Activity, Incentive, Machine};
use crate::web::{Page, html, words};

/// How everything stands for who is signed in; for others as the law has it where nobody said where they live.
async fn stand(app: &App, person: Option<&Person>) -> AppResult<Standing> {
    let Some(id) = person.map(|it| it.id) else {
        return Ok(Standing::default());
    };
    app.db
        .look_up(move |conn| Ok(standing::of_person(conn, id)?))
        .await
}

fn settings<'a>(app: &'a App, standing: &Standing) -> Vec<Setting<'a>> {
    settings::settings(
        &app.register,
        &standing.current,
        Defaults::of(app, standing),
    )
}

#[derive(Template)]
#[template(path = "choices/incentives.html")]
struct IncentivesPage<'a> {
    page: Page,
    offers: Vec<(Setting<'a>, Use<'a>, &'a Incentive)>,
}

/// What is offered for agreeing to a use of data.
pub async fn incentives(person: Option<Person>, app: App, page: Page) -> AppResult<HttpResponse> {
    let standing = stand(&app, person.as_ref()).await?;
    let offers = settings(&app, &standing).into_iter().filter_map(|it| {
        let used = it.uses.first()?.clone();
        let incentive = it.refusable.incentive()?;
        Some((it, used, incentive))
    });
    let offers = offers.collect();
    html(StatusCode::OK, &IncentivesPage { page, offers })
}

#[derive(Template)]
#[template(path = "choices/machines.html")]
struct MachinesPage<'a> {
    page: Page,
    machines: Vec<(&'a Activity, &'a Machine)>,
    /// The one switch for all that can be refused; none where nothing can be.
    setting: Option<Setting<'a>>,
    is_person: bool,
    /// Whether the law gives it where the person lives, or might where nobody said so.
    may_ask: bool,
    may_contest: bool,
}

/// Where a machine takes part in decisions of weight.
pub async fn machines(person: Option<Person>, app: App, page: Page) -> AppResult<HttpResponse> {
    let standing = stand(&app, person.as_ref()).await?;
    let today = app.laws.day_in(&standing.residence, app.clock.now());
    let gives = |right| app.laws.gives(&standing.residence, right, today);
    let setting = settings(&app, &standing)
        .into_iter()
        .find(|it| it.refusable.key == AUTOMATED_DECISIONS);
    let all = app.register.activities.iter();
    let shown = MachinesPage {
        page,
        machines: all
            .filter_map(|it| Some((it, it.machine.as_ref()?)))
            .collect(),
        setting,
        is_person: person.is_some(),
        may_ask: gives(Right::DecisionAccess),
        may_contest: gives(Right::QuestionProfiling),
    };
    html(StatusCode::OK, &shown)
}
