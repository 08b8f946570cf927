//! A person's choices: each with its switch.

use std::collections::HashMap;

use actix_session::{Session, SessionExt};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde::Deserialize;

use super::change::Act;
use super::defaults::Defaults;
use super::model::{MadeBy, State};
use super::public_pages::keep_in_browser;
use super::refusable::{self, Refusable, SALE_OR_SHARING, refusables};
use super::settings::{self, Setting, Use};
use super::standing;
use super::{minors, signal};
use crate::accounts::guard::Person;
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::law::{ConsentAges, Decides};
use crate::requests::resting::{self, Resting};
use crate::requests::restricted::{self, NotUsed};
use crate::web::page::FlashKind;
use crate::web::{Flash, Page, html, see_other};

#[derive(Template)]
#[template(path = "choices/index.html")]
struct IndexPage<'a> {
    page: Page,
    settings: Vec<Setting<'a>>,
    mandatory: Vec<Use<'a>>,
    /// What of it rests or has ended by an objection.
    resting: Vec<Resting>,
    /// Of those that rest in part: by their references, which part.
    parts: HashMap<String, String>,
    /// What is kept and not used for anything of it.
    not_used: Vec<NotUsed>,
    /// Whether it is on record that they are or were under 16.
    is_age_known: bool,
    today: NaiveDate,
}

impl IndexPage<'_> {
    fn part(&self, objection: &Resting) -> Option<&str> {
        self.parts.get(&objection.reference).map(String::as_str)
    }

    /// Whether something is done with other data than those that are kept and not used.
    fn is_restricted(&self, setting: &Setting<'_>) -> bool {
        !self.not_used.is_empty() && setting.is_on() && !setting.uses.is_empty()
    }

    /// The same of what has no switch.
    fn is_restricted_use(&self, one: &Use<'_>) -> bool {
        let objection = resting::find(&self.resting, one.activity);
        !self.not_used.is_empty() && !objection.is_some_and(Resting::is_whole)
    }
}

#[derive(Template)]
#[template(path = "choices/opt_in.html")]
struct OptInPage<'a> {
    page: Page,
    refusable: Refusable<'a>,
    uses: Vec<Use<'a>>,
    decides: Decides,
    /// From which age on they do.
    ages: ConsentAges,
}

/// What the step before has changed. The page says so while it is true and new, whatever the address says.
#[derive(Debug, Deserialize)]
pub struct Before {
    changed: Option<String>,
}

/// The answer to "do you allow it?".
#[derive(Debug, Deserialize)]
pub struct Confirmation {
    confirmed: Option<String>,
}

/// So often somebody turns something on in a day: each is told to recipients. Turning off has no limit.
const OPT_INS: Limit = Limit {
    purpose: "choices turned on",
    max: 30,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// For all switches, where the key of one would stand.
const EVERYTHING: &str = "everything";

/// All switches, at the beginning of a sentence.
const ALL_OF_IT: &str = "Everything that you can refuse";

/// So long the page says what the step before has changed.
const NEW: TimeDelta = TimeDelta::minutes(5);

/// All choices as they stand.
pub async fn index(
    person: Person,
    app: App,
    mut page: Page,
    before: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let own = app.clone();
    let stand = app.db.look_up(move |conn| {
        let stand = standing::of_person(conn, person.id)?;
        Ok((stand, restricted::beside(conn, &own, person.id)?))
    });
    let (stand, (resting, not_used)) = stand.await?;
    let settings = settings::settings(&app.register, &stand.current, Defaults::of(&app, &stand));
    let now = app.clock.now();
    page.flash.extend(message(&before, &settings, now));
    let mandatory = settings::mandatory(&app.register);
    let mut parts = HashMap::new();
    for it in &resting {
        if let Some(part) = it.part(&app.keys)? {
            parts.insert(it.reference.clone(), part);
        }
    }
    html(
        StatusCode::OK,
        &IndexPage {
            page,
            settings,
            mandatory,
            resting,
            parts,
            not_used,
            is_age_known: stand.sixteen_on.is_some(),
            today: now.date(),
        },
    )
}

/// Opts out of one, in one step.
pub async fn opt_out(
    person: Person,
    app: App,
    request: HttpRequest,
    key: web::Path<String>,
) -> AppResult<HttpResponse> {
    let key = refusable::find(&app.register, &key)?.key.to_owned();
    turn_off(&person, &app, &request, vec![key]).await
}

/// Opts out of everything with a switch, in one step.
pub async fn opt_out_of_everything(
    person: Person,
    app: App,
    request: HttpRequest,
) -> AppResult<HttpResponse> {
    let all = refusables(&app.register);
    let keys = all.iter().map(|it| it.key.to_owned()).collect();
    turn_off(&person, &app, &request, keys).await
}

async fn turn_off(
    person: &Person,
    app: &App,
    request: &HttpRequest,
    keys: Vec<String>,
) -> AppResult<HttpResponse> {
    let who = (person, &request.get_session());
    let mut answer = set(who, app, keys.clone(), State::OptedOut).await?;
    keep_in_browser(&mut answer, request, app, &keys)?;
    Ok(answer)
}

/// The second step of turning on what takes two.
pub async fn confirm_opt_in(
    person: Person,
    app: App,
    page: Page,
    key: web::Path<String>,
) -> AppResult<HttpResponse> {
    let way = way(&person, &app, &key).await?;
    let shown = OptInPage {
        page,
        uses: way.setting.uses,
        refusable: way.setting.refusable,
        decides: way.decides,
        ages: way.ages,
    };
    html(StatusCode::OK, &shown)
}

/// Turns one on; what takes two steps only with the confirmation.
pub async fn opt_in(
    person: Person,
    app: App,
    request: HttpRequest,
    key: web::Path<String>,
    form: web::Form<Confirmation>,
) -> AppResult<HttpResponse> {
    let way = way(&person, &app, &key).await?;
    let must_confirm = way.setting.takes_two_steps() && form.confirmed.is_none();
    let key = way.setting.refusable.key.to_owned();
    if must_confirm || way.decides != Decides::Person {
        return Ok(see_other(&format!("/choices/{key}/opt-in")));
    }
    let (own, pseudonym) = (app.clone(), person.pseudonym.clone());
    let taken = app.db.write(move |conn| {
        let now = own.clock.now();
        OPT_INS.take(&own, conn, &pseudonym, now)
    });
    taken.await?;
    let who = (&person, &request.get_session());
    let answer = set(who, &app, vec![key.clone()], State::OptedIn).await?;
    if key == SALE_OR_SHARING {
        signal::override_in(&request)?;
    }
    Ok(answer)
}

/// What stands between a person and turning one on.
struct Way<'a> {
    setting: Setting<'a>,
    decides: Decides,
    ages: ConsentAges,
}

async fn way<'a>(person: &Person, app: &'a App, key: &str) -> AppResult<Way<'a>> {
    let (person_id, today) = (person.id, app.clock.today());
    let read = app
        .db
        .read(move |conn| Ok(standing::of_person(conn, person_id)?));
    let standing = read.await?;
    let defaults = Defaults::of(app, &standing);
    let mut all = settings::settings(&app.register, &standing.current, defaults).into_iter();
    let setting = all.find(|it| it.refusable.key == key);
    let setting = setting.ok_or(AppError::NotFound)?;
    let ages = minors::ages(app, &standing.residence);
    let decides = if minors::is_protected(&setting.refusable) {
        ages.decides(standing.sixteen_on, today)
    } else {
        Decides::Person
    };
    Ok(Way {
        setting,
        decides,
        ages,
    })
}

async fn set(
    (person, session): (&Person, &Session),
    app: &App,
    keys: Vec<String>,
    state: State,
) -> AppResult<HttpResponse> {
    let key = match &keys[..] {
        [key] => key.clone(),
        _ => EVERYTHING.to_owned(),
    };
    let act = Act::of_person(person, keys, state, MadeBy::Person);
    if act.carry_out(app).await?.changed {
        // It is on record, so that nothing of it need be kept in the session.
        return Ok(see_other(&format!("/choices?changed={key}")));
    }
    let subject = match refusable::find(&app.register, &key) {
        Ok(it) => format!("“{}”", it.title),
        Err(_) => ALL_OF_IT.to_owned(),
    };
    let word = state.word().to_lowercase();
    let text = format!("{subject} was {word} already. Nothing was changed.");
    Flash::leave(session, FlashKind::Notice, text)?;
    Ok(see_other("/choices"))
}

fn message(before: &Before, settings: &[Setting<'_>], now: NaiveDateTime) -> Option<Flash> {
    let key = before.changed.as_deref()?;
    let is_new = |it: &Setting<'_>| {
        let own = it.choice.as_ref();
        own.is_some_and(|it| it.made_by == MadeBy::Person && now - it.at <= NEW)
    };
    let (subject, word) = if key == EVERYTHING {
        let all_off = settings.iter().all(|it| !it.is_on());
        (all_off && settings.iter().any(is_new)).then_some((ALL_OF_IT.to_owned(), "off"))?
    } else {
        let mut all = settings.iter().filter(|it| it.refusable.key == key);
        let setting = all.find(|it| is_new(it))?;
        let word = if setting.is_on() { "on" } else { "off" };
        (format!("“{}”", setting.refusable.title), word)
    };
    Some(Flash {
        kind: FlashKind::Success,
        text: format!(
            "{subject} is now {word}. It works at once. We have sent you a mail to confirm it."
        ),
    })
}
