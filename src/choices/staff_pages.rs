//! Opting somebody out on their word: on the phone, by letter or by mail.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::change::{Act, Proof, Received};
use super::model::{MadeBy, State};
use super::numbers::{self, Beside};
use super::queries;
use super::refusable::{
    self, AUTOMATED_DECISIONS, LIMIT_SENSITIVE, Refusable, SALE_OR_SHARING, refusables,
};
use crate::accounts::guard::CaseWorker;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{find_reader, is_email, is_phone, normal_email, normal_phone};
use crate::app::App;
use crate::error::AppResult;
use crate::register::Register;
use crate::requests::dates::{fault_of_receipt, latest_receipt};
use crate::requests::model::Channel;
use crate::web::{Form, Page, html, see_other_saying};

/// Whom to opt out of what, as typed. Nobody may be asked for more.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Typed {
    email: String,
    phone: String,
    what: String,
    channel: String,
    received_on: String,
}

#[derive(Template)]
#[template(path = "choices/staff_opt_out.html")]
struct OptOutPage {
    page: Page,
    form: Form<Typed>,
    /// The key, and what people call it.
    choices: Vec<(String, String)>,
}

impl OptOutPage {
    fn of(app: &App, page: Page, form: Form<Typed>) -> Self {
        let each = refusables(&app.register).into_iter();
        let each = each.map(|it| (it.key.to_owned(), format!("{} alone", title(&it))));
        let both = "Sale and sharing, and extra uses of sensitive data".to_owned();
        let all = "Everything that people can refuse".to_owned();
        let together = [(BOTH.to_owned(), both), (ALL.to_owned(), all)];
        let choices = together.into_iter().chain(each);
        OptOutPage {
            page,
            form,
            choices: choices.collect(),
        }
    }

    fn channels() -> Vec<(&'static str, &'static str)> {
        channels()
    }
}

/// What a choice is called on pages of staff: it speaks of the data of others there.
pub(super) fn title(refusable: &Refusable<'_>) -> String {
    match refusable.key {
        AUTOMATED_DECISIONS => "Decisions about them by machines".to_owned(),
        _ => refusable
            .title
            .replace("your ", "their ")
            .replace("Your ", "Their "),
    }
}

/// The same of some keys, in one line; a key itself where the register no longer has it.
pub(super) fn titles<'a>(register: &Register, keys: impl Iterator<Item = &'a str>) -> String {
    let found = keys.map(|key| {
        let known = refusable::find(register, key);
        known.map_or_else(|_| key.to_owned(), |it| title(&it))
    });
    found.collect::<Vec<_>>().join(", ")
}

/// How people ask staff for it.
pub(super) const CHANNELS: [Channel; 3] = [Channel::Phone, Channel::Letter, Channel::Mail];

/// The same, as a form offers them.
pub(super) fn channels() -> Vec<(&'static str, &'static str)> {
    let all = CHANNELS.iter();
    all.map(|it| (it.as_str(), it.title())).collect()
}

const BOTH: &str = "both";
const ALL: &str = "all";

/// The form.
pub async fn new(_: CaseWorker, app: App, page: Page) -> AppResult<HttpResponse> {
    let form = Form::new(Typed {
        what: BOTH.to_owned(),
        ..Typed::default()
    });
    html(StatusCode::OK, &OptOutPage::of(&app, page, form))
}

/// Opts out, in effect at once. The person gets the mail and the receipt.
pub async fn opt_out(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let typed = typed.into_inner();
    let as_typed = typed.phone.trim().to_owned();
    let tidy = Typed {
        email: normal_email(&typed.email),
        phone: normal_phone(&typed.phone),
        ..typed
    };
    let (who, keys, received) = match check(&app, tidy) {
        Ok(checked) => checked,
        Err(form) => {
            let shown = OptOutPage::of(&app, page, *form);
            return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
        }
    };
    let mail_to = who.iter().find(|(kind, _)| *kind == IdentityKind::Email);
    let mail_to = mail_to.map(|(_, email)| email.clone());
    let phone = who.iter().find(|(kind, _)| *kind == IdentityKind::Phone);
    let beside = match phone {
        Some((_, phone)) => numbers::look_up(&app, vec![phone.clone(), as_typed]).await?,
        None => Beside::whole(),
    };
    let is_whole = beside.is_whole;
    let finds_more = !beside.addresses.is_empty();
    let who: Vec<_> = who.into_iter().chain(beside.addresses).collect();
    let own = app.keys.clone();
    let find = app.db.read(move |conn| {
        let reader = mail_to.as_deref();
        let reader = reader.map(|email| find_reader(conn, &own, email));
        let found = queries::find_subjects(conn, &own, &who)?;
        Ok((found, mail_to, reader.transpose()?.flatten()))
    });
    let ((typed, pseudonym), entered, mail_to) = find.await?;
    let subjects = typed.iter().map(|(subject, _)| subject.clone()).collect();
    let mut text = told(entered.as_deref(), mail_to.as_deref()).to_owned();
    if entered.is_none() && pseudonym.is_none() && !finds_more {
        NOBODY_YET.clone_into(&mut text);
    }
    if !is_whole {
        text.push_str(" One of our systems does not answer, and may know the number too: enter it once more later.");
    }
    let act = Act {
        typed,
        pseudonym,
        staff_id: Some(worker.id),
        received: Some(received),
        proof: Proof::OfEach,
        mail_to,
        ..Act::new(subjects, keys, State::OptedOut, MadeBy::Staff)
    };
    act.carry_out(&app).await?;
    see_other_saying(&session, text, "/staff/opt-outs/new")
}

/// What staff read of a number by which neither an account nor a system finds anybody.
const NOBODY_YET: &str = "The opt-out is on record for this number, but we could not connect the number to anybody: nothing is turned off in an account. Those of our recipients who know people by number are told. No mail was sent. If they give an e-mail address, enter that as well.";

/// What staff read of the mail to an address that they entered, by where it went.
fn told(entered: Option<&str>, reader: Option<&str>) -> &'static str {
    match (entered, reader) {
        (None, _) => "They are opted out. No mail was sent, since you entered no e-mail address.",
        (Some(entered), Some(reader)) if entered == reader => {
            "They are opted out. We have sent them a mail to confirm it."
        }
        (Some(_), Some(_)) => {
            "They are opted out. This address was taken away from its account: the mail to confirm it went to the address that the account has now."
        }
        (Some(_), None) => {
            "They are opted out. This address was taken away from its account, and no other opens that: no mail was sent. Tell them yourself."
        }
    }
}

/// An e-mail address, or a number in E.164.
type Handle = (IdentityKind, String);

/// By what the person is known, of what was typed.
fn handles(typed: &Typed) -> Vec<Handle> {
    let both = [
        (IdentityKind::Email, &typed.email),
        (IdentityKind::Phone, &typed.phone),
    ];
    let given = both.into_iter().filter(|(_, value)| !value.is_empty());
    given.map(|(kind, value)| (kind, value.clone())).collect()
}

/// By what the person is known, the keys of the choices, and how and when they asked for it.
type Checked = (Vec<Handle>, Vec<String>, Received);

/// Whom to opt out of what, and how and when they asked for it.
fn check(app: &App, typed: Typed) -> Result<Checked, Box<Form<Typed>>> {
    let channel = typed.channel.parse::<Channel>().ok();
    let channel = channel.filter(|it| CHANNELS.contains(it));
    let day = typed.received_on.parse::<NaiveDate>().ok();
    let receipt = fault_of_receipt(day, latest_receipt(app.clock.today()));
    let keys = keys(&app.register, &typed.what);
    let who = handles(&typed);
    let faults = [
        (
            who.is_empty(),
            "email",
            "Enter an e-mail address or a telephone number.",
        ),
        (
            !typed.email.is_empty() && !is_email(&typed.email),
            "email",
            "Enter an e-mail address, like name@example.org.",
        ),
        (
            !typed.phone.is_empty() && !is_phone(&typed.phone),
            "phone",
            "Enter the number with the code of the country, like +14155550134.",
        ),
        (channel.is_none(), "channel", "Choose how it came."),
        (
            receipt.is_some(),
            "received_on",
            receipt.unwrap_or_default(),
        ),
        (keys.is_none(), "what", "Choose what they opt out of."),
    ];
    let form = Form::new(typed).refuse_where(faults).refuse_unseen();
    match (keys, channel, day) {
        (Some(keys), Some(channel), Some(on)) if !form.has_errors() => {
            Ok((who, keys, Received { channel, on }))
        }
        _ => Err(Box::new(form)),
    }
}

/// Whatever has a switch can be turned off by letter too, machine decisions and profiling among it.
fn keys(register: &Register, what: &str) -> Option<Vec<String>> {
    if what == BOTH {
        return Some([SALE_OR_SHARING, LIMIT_SENSITIVE].map(str::to_owned).into());
    }
    let mut each = refusables(register).into_iter();
    if what == ALL {
        return Some(each.map(|it| it.key.to_owned()).collect());
    }
    let known = each.find(|it| it.key == what);
    known.map(|it| vec![it.key.to_owned()])
}
