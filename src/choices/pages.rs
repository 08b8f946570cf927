//! A person's choices: each with its switch.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::change::Act;
use super::model::{MadeBy, State};
use super::refusable::{self, Refusable, SALE_OR_SHARING, refusables};
use super::settings::{self, Setting, Use};
use super::standing::{self, Standing};
use super::{minors, signal};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::page::FlashKind;
use crate::web::{Flash, Page, html, see_other};

#[derive(Template)]
#[template(path = "choices/index.html")]
struct IndexPage<'a> {
    page: Page,
    settings: Vec<Setting<'a>>,
    mandatory: Vec<Use<'a>>,
    today: NaiveDate,
}

#[derive(Template)]
#[template(path = "choices/opt_in.html")]
struct OptInPage<'a> {
    page: Page,
    refusable: Refusable<'a>,
    uses: Vec<Use<'a>>,
    needs_parent: bool,
}

/// What the step before has done. The page says how it stands now, whatever the address says.
#[derive(Debug, Deserialize)]
pub struct Before {
    changed: Option<String>,
    unchanged: Option<String>,
    age: Option<String>,
}

/// The answer to "do you allow it?".
#[derive(Debug, Deserialize)]
pub struct Confirmation {
    confirmed: Option<String>,
}

/// For all switches, where the key of one would stand.
const EVERYTHING: &str = "everything";

/// All choices as they stand.
pub async fn index(
    person: Person,
    app: App,
    mut page: Page,
    before: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let stand = app
        .db
        .look_up(move |conn| Ok(standing::of_person(conn, person.id)?));
    let Standing { residence, current } = stand.await?;
    let settings = settings::settings(&app.register, &current, &residence);
    page.flash.extend(message(&before, &settings));
    let mandatory = settings::mandatory(&app.register);
    html(
        StatusCode::OK,
        &IndexPage {
            page,
            settings,
            mandatory,
            today: app.clock.today(),
        },
    )
}

/// Opts out of one, in one step.
pub async fn opt_out(person: Person, app: App, key: web::Path<String>) -> AppResult<HttpResponse> {
    let key = refusable::find(&app.register, &key)?.key.to_owned();
    set(&person, &app, vec![key], State::OptedOut).await
}

/// Opts out of everything with a switch, in one step.
pub async fn opt_out_of_everything(person: Person, app: App) -> AppResult<HttpResponse> {
    let all = refusables(&app.register);
    let keys = all.iter().map(|it| it.key.to_owned()).collect();
    set(&person, &app, keys, State::OptedOut).await
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
        needs_parent: way.needs_parent,
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
    if must_confirm || way.needs_parent {
        return Ok(see_other(&format!("/choices/{key}/opt-in")));
    }
    let answer = set(&person, &app, vec![key.clone()], State::OptedIn).await?;
    if key == SALE_OR_SHARING {
        signal::override_in(&request)?;
    }
    Ok(answer)
}

/// What stands between a person and turning one on.
struct Way<'a> {
    setting: Setting<'a>,
    needs_parent: bool,
}

async fn way<'a>(person: &Person, app: &'a App, key: &str) -> AppResult<Way<'a>> {
    let (person_id, today) = (person.id, app.clock.today());
    let read = app.db.read(move |conn| {
        let standing = standing::of_person(conn, person_id)?;
        Ok((standing, minors::sixteen_on(conn, person_id)?))
    });
    let (Standing { residence, current }, sixteen_on) = read.await?;
    let mut all = settings::settings(&app.register, &current, &residence).into_iter();
    let setting = all.find(|it| it.refusable.key == key);
    let is_child = sixteen_on.is_some_and(|day| minors::needs_parent(day, today));
    Ok(Way {
        setting: setting.ok_or(AppError::NotFound)?,
        needs_parent: is_child && key == SALE_OR_SHARING,
    })
}

async fn set(
    person: &Person,
    app: &App,
    keys: Vec<String>,
    state: State,
) -> AppResult<HttpResponse> {
    let shown = match &keys[..] {
        [key] => key.clone(),
        _ => EVERYTHING.to_owned(),
    };
    let act = Act::of_person(person, keys, state, MadeBy::Person);
    let outcome = act.carry_out(app).await?;
    let what = if outcome.changed {
        "changed"
    } else {
        "unchanged"
    };
    Ok(see_other(&format!("/choices?{what}={shown}")))
}

fn message(before: &Before, settings: &[Setting<'_>]) -> Option<Flash> {
    if let Some(age) = &before.age {
        return Some(age_message(age == "under"));
    }
    let key = before.changed.as_ref().or(before.unchanged.as_ref())?;
    let (subject, word) = if key == EVERYTHING {
        let all_off = settings.iter().all(|it| !it.is_on());
        (
            "Everything that you can refuse".to_owned(),
            all_off.then_some("off")?,
        )
    } else {
        let setting = settings.iter().find(|it| it.refusable.key == key)?;
        let word = if setting.is_on() { "on" } else { "off" };
        (format!("“{}”", setting.refusable.title), word)
    };
    Some(if before.changed.is_some() {
        Flash {
            kind: FlashKind::Success,
            text: format!(
                "{subject} is now {word}. It works at once. We have sent you a mail to confirm it."
            ),
        }
    } else {
        Flash {
            kind: FlashKind::Notice,
            text: format!("{subject} was {word} already. Nothing was changed."),
        }
    })
}

fn age_message(is_minor: bool) -> Flash {
    let (kind, text) = if is_minor {
        let text = "We do not sell or share your data. That goes on after you are 16, until you turn it on.";
        (FlashKind::Success, text)
    } else {
        let text =
            "You are 16 or older. Nothing was changed, and we have not kept your date of birth.";
        (FlashKind::Notice, text)
    };
    Flash {
        kind,
        text: text.to_owned(),
    }
}
