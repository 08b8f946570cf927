//! Opting out of sale and sharing, and limiting sensitive data, without an account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::browser::Browser;
use super::change::{Act, Proof};
use super::defaults::Defaults;
use super::model::{MadeBy, State, Subject};
use super::proof::{Facts, Scope};
use super::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, RIGHTS, SALE_OR_SHARING, refusables};
use super::settings::{self, Setting};
use super::{minors, queries};
use crate::accounts::guard::Person;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{find_reader, find_residence, is_email, normal_email};
use crate::app::App;
use crate::audit::receipts::{self, Receipt};
use crate::error::{AppError, AppResult};
use crate::monitors::mark;
use crate::register::Register;
use crate::web::client_address::{client_address, client_network};
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, html, see_other};

/// What the form asks for: as little as it takes to find the person, and none of it is needed.
#[derive(Debug, Clone, Default, Deserialize, Serialize, Validate)]
pub struct OptOut {
    /// The address to apply it to; empty for this browser alone.
    #[serde(default)]
    #[validate(custom(function = "is_email_or_empty"))]
    email: String,
    /// One of the rights; sale and sharing and sensitive data when it is not given.
    only: Option<String>,
}

#[derive(Template)]
#[template(path = "choices/do_not_sell.html")]
struct DoNotSellPage<'a> {
    page: Page,
    form: Form<OptOut>,
    settings: Vec<Setting<'a>>,
    person: Option<Person>,
}

#[derive(Template)]
#[template(path = "choices/opted_out.html")]
struct OptedOutPage {
    page: Page,
    receipt: Receipt,
    facts: Facts,
    at: String,
}

/// Whether the step before changed nothing.
#[derive(Debug, Deserialize)]
pub struct Before {
    unchanged: Option<String>,
    /// Only the browser's cookie says it.
    kept: Option<String>,
}

/// The form, with the state of the account or else of this browser.
pub async fn show(
    person: Option<Person>,
    app: App,
    mut page: Page,
    request: HttpRequest,
    before: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let browser = Browser::of(&request, &app.keys);
    let settings = stand(&app, person.as_ref(), browser).await?;
    if before.unchanged.is_some() && settings.iter().any(|it| !it.is_on()) {
        page.flash.push(Flash {
            kind: FlashKind::Notice,
            text: "You had opted out already. Nothing was changed.".to_owned(),
        });
    }
    // What is on record has its receipt.
    let is_in_cookie_alone = |it: &Setting<'_>| it.choice.is_none() && !it.is_on();
    if before.kept.is_some() && person.is_none() && settings.iter().any(is_in_cookie_alone) {
        page.flash.push(Flash {
            kind: FlashKind::Success,
            text: "You have opted out. So many opt-outs came from your network in the last hour that there is no receipt for this one.".to_owned(),
        });
    }
    let form = Form::default();
    let shown = DoNotSellPage {
        page,
        form,
        settings,
        person,
    };
    html(StatusCode::OK, &shown)
}

/// Opts out, in effect at once. Nothing is verified, and no answer is waited for.
pub async fn opt_out(
    person: Option<Person>,
    app: App,
    page: Page,
    request: HttpRequest,
    form: web::Form<OptOut>,
) -> AppResult<HttpResponse> {
    let typed = form.into_inner();
    let tidy = OptOut {
        email: normal_email(&typed.email),
        ..typed
    };
    let form = match Form::check(tidy) {
        Ok(form) => form,
        Err(form) if person.is_some() => form.values,
        Err(form) => return without_address(&app, page, &request, form).await,
    };
    let keys = form.keys(&app.register);
    if let Some(person) = person {
        let act = Act::of_person(&person, keys.clone(), State::OptedOut, MadeBy::Person);
        let mut answer = after(act.carry_out(&app).await?.receipt);
        keep_in_browser(&mut answer, &request, &app, &keys)?;
        return Ok(answer);
    }
    let browser = Browser::of_or_new(&request, &app);
    let act = visitors_act(&app, &browser, &form, &request).await?;
    let network = act.mail_from.clone();
    let mut answer = match act.clone().carry_out_for(&app, network).await? {
        Some(outcome) => after(outcome.receipt),
        None => without_browser(&app, act).await?,
    };
    let browser = browser.with(&keys, app.clock.now());
    browser.keep_in(&mut answer, &app)?;
    Ok(answer)
}

/// What somebody opts out of while they are signed in holds in their browser after they have signed out, too: its cookie
/// says so.
pub(super) fn keep_in_browser(
    answer: &mut HttpResponse,
    request: &HttpRequest,
    app: &App,
    keys: &[String],
) -> AppResult<()> {
    let browser = Browser::of_or_new(request, app).with(keys, app.clock.now());
    if browser.is_new() {
        return Ok(());
    }
    browser.keep_in(answer, app)
}

/// An address that cannot be one keeps nobody from opting out: their browser has, and they may write it again.
async fn without_address(
    app: &App,
    page: Page,
    request: &HttpRequest,
    form: Form<OptOut>,
) -> AppResult<HttpResponse> {
    let of_browser = OptOut {
        email: String::new(),
        ..form.values.clone()
    };
    let keys = of_browser.keys(&app.register);
    let browser = Browser::of_or_new(request, app);
    let act = visitors_act(app, &browser, &of_browser, request).await?;
    let network = act.mail_from.clone();
    act.carry_out_for(app, network).await?;
    let browser = browser.with(&keys, app.clock.now());
    let shown = DoNotSellPage {
        page,
        form,
        settings: stand(app, None, Some(browser.clone())).await?,
        person: None,
    };
    let mut answer = html(StatusCode::UNPROCESSABLE_ENTITY, &shown)?;
    browser.keep_in(&mut answer, app)?;
    Ok(answer)
}

/// What was opted out of, with the reference to keep.
pub async fn done(
    person: Option<Person>,
    app: App,
    page: Page,
    id: web::Path<String>,
) -> AppResult<HttpResponse> {
    let person_id = person.map(|it| it.id);
    let found = app.db.look_up(move |conn| {
        let receipt = receipts::find_for(conn, &id, person_id)?;
        let residence = receipt.person_id.map(|owner| find_residence(conn, owner));
        Ok((receipt, residence.transpose()?.unwrap_or_default()))
    });
    let (receipt, residence) = found.await?;
    let page = page.of_residence(&app, &residence);
    let facts = Facts::of(&receipt).ok_or(AppError::NotFound)?;
    let at = page.moment(receipt.created_at);
    let shown = OptedOutPage {
        page,
        receipt,
        facts,
        at,
    };
    html(StatusCode::OK, &shown)
}

impl DoNotSellPage<'_> {
    /// Whether a machine takes part in decisions of weight.
    fn has_machines(&self) -> bool {
        let mut settings = self.settings.iter();
        settings.any(|it| it.refusable.key == AUTOMATED_DECISIONS)
    }

    /// How a choice stands. That of a browser may stand in its cookie alone.
    fn stands(&self, setting: &Setting<'_>) -> String {
        if setting.choice.is_none() && !setting.is_on() && self.person.is_none() {
            return "Off. This browser has opted out.".to_owned();
        }
        setting.in_words()
    }
}

impl OptOut {
    /// A right of which there is nothing here counts as none.
    fn keys(&self, register: &Register) -> Vec<String> {
        let known = refusables(register);
        let is_there = |right: &&&str| known.iter().any(|it| it.key == **right);
        let mut rights = RIGHTS.iter().filter(is_there);
        let chosen = rights.find(|it| self.only.as_deref() == Some(**it));
        let keys = chosen.map_or(
            &[SALE_OR_SHARING, LIMIT_SENSITIVE][..],
            std::slice::from_ref,
        );
        keys.iter().map(|it| (*it).to_owned()).collect()
    }
}

/// The choices of the account, else of this browser, that need no account.
async fn stand<'a>(
    app: &'a App,
    person: Option<&Person>,
    known: Option<Browser>,
) -> AppResult<Vec<Setting<'a>>> {
    let browser = known.as_ref().map(|it| it.subject(&app.keys));
    let person_id = person.map(|it| it.id);
    let read = app.db.look_up(move |conn| {
        let (residence, sixteen_on) = match person_id {
            Some(id) => (find_residence(conn, id)?, minors::sixteen_on(conn, id)?),
            // Nobody knows where a visitor lives, and "off" would keep them from opting out.
            None => ("us".to_owned(), None),
        };
        let subject = person_id.map(Subject::Person).or(browser);
        let current = queries::list_current(conn, subject.as_slice())?;
        Ok((current, residence, sixteen_on))
    });
    let (current, residence, sixteen_on) = read.await?;
    let defaults = Defaults::at(app, &residence, sixteen_on);
    let all = settings::settings(&app.register, &current, defaults).into_iter();
    let mut all: Vec<_> = all
        .filter(|it| RIGHTS.contains(&it.refusable.key))
        .collect();
    let Some(browser) = known.filter(|_| person_id.is_none()) else {
        return Ok(all);
    };
    for setting in &mut all {
        if browser.has_opted_out_of(setting.refusable.key) {
            setting.state = State::OptedOut;
        }
    }
    Ok(all)
}

/// With an address: for the person who has it, or for whoever will sign in with it. Always for this browser too.
async fn visitors_act(
    app: &App,
    browser: &Browser,
    form: &OptOut,
    request: &HttpRequest,
) -> AppResult<Act> {
    let subjects = vec![browser.subject(&app.keys)];
    let made_by = mark::made_by(app, request, MadeBy::VisitorForm);
    let mut act = Act {
        are_new: browser.is_new() && form.email.is_empty(),
        scope: Scope::Browser,
        mail_from: Some(client_network(client_address(request, &app.site))),
        ..Act::new(subjects, form.keys(&app.register), State::OptedOut, made_by)
    };
    let email = form.email.clone();
    if !email.is_empty() {
        let (keys, address) = (app.keys.clone(), email.clone());
        let find = app.db.look_up(move |conn| {
            let found = queries::find_subject(conn, &keys, IdentityKind::Email, &address)?;
            Ok((found, find_reader(conn, &keys, &address)?))
        });
        let ((subject, pseudonym), reader) = find.await?;
        act.typed.push((subject.clone(), email));
        act.subjects.push(subject);
        act.pseudonym = pseudonym;
        act.scope = Scope::EmailAndBrowser;
        act.proof = Proof::OfEach;
        act.mail_to = reader;
    }
    Ok(act)
}

/// When the network's budget is spent: nothing is written for the browser, whose cookie says it. What holds for an
/// address must be on record, once for each; the answer does not tell whether it was.
async fn without_browser(app: &App, act: Act) -> AppResult<HttpResponse> {
    let is_browser = |it: &Subject| matches!(it, Subject::Browser(_));
    let subjects: Vec<_> = act.subjects.iter().filter(|it| !is_browser(it)).collect();
    if !subjects.is_empty() {
        let of_address = Act {
            subjects: subjects.into_iter().cloned().collect(),
            proof: Proof::OfChange,
            ..act.clone()
        };
        of_address.carry_out(app).await?;
    }
    Ok(see_other("/do-not-sell?kept=yes"))
}

fn after(receipt: Option<String>) -> HttpResponse {
    match receipt {
        Some(id) => see_other(&format!("/do-not-sell/done/{id}")),
        None => see_other("/do-not-sell?unchanged=yes"),
    }
}

fn is_email_or_empty(typed: &str) -> Result<(), ValidationError> {
    let typed = normal_email(typed);
    if typed.is_empty() || is_email(&typed) {
        return Ok(());
    }
    let sentence =
        "This browser has opted out. For your address too, write it like name@example.com.";
    Err(ValidationError::new("email").with_message(sentence.into()))
}
