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
use crate::requests::resting::{self, Resting};
use crate::requests::restricted::{self, NotUsed};
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
    /// What of it rests or has ended by an objection.
    resting: Vec<Resting>,
    /// What is kept and not used for anything of it.
    not_used: Vec<NotUsed>,
    /// Whether the law gives it where the person lives, or might where nobody said so.
    may_ask: bool,
    may_contest: bool,
}

impl MachinesPage<'_> {
    /// Whether it is done with other data than those that are kept and not used.
    fn is_restricted(&self, activity: &Activity) -> bool {
        let is_on = self.setting.as_ref().is_none_or(Setting::is_on);
        let is_allowed = is_on || !activity.decides_by_machine();
        let objection = resting::find(&self.resting, activity);
        let goes_on = is_allowed && !objection.is_some_and(Resting::is_whole);
        goes_on && !self.not_used.is_empty()
    }
}

/// Where a machine takes part in decisions of weight.
pub async fn machines(person: Option<Person>, app: App, page: Page) -> AppResult<HttpResponse> {
    let standing = stand(&app, person.as_ref()).await?;
    let (resting, not_used) = match person.as_ref().map(|it| it.id) {
        Some(id) => {
            let own = app.clone();
            let found = app
                .db
                .look_up(move |conn| restricted::beside(conn, &own, id));
            found.await?
        }
        None => Default::default(),
    };
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
        resting,
        not_used,
        may_ask: gives(Right::DecisionAccess),
        may_contest: gives(Right::QuestionProfiling),
    };
    html(StatusCode::OK, &shown)
}
