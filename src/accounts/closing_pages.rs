//! Taking an address away from an account: its person, and staff for somebody whose mailbox is lost.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::closing::{self, Closable};
use super::closing_by_staff::{self, ByStaff, Refused, Why};
use super::guard::{FreshPerson, Person, Supervisor};
use super::offers;
use super::pages::mark_of;
use super::queries::{find_residence, is_email, normal_email};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::{Form, Page, html, see_other, see_other_saying};

const INDEX: &str = "/staff/closed-addresses";
const STAFF_FORM: &str = "/staff/closed-addresses/new";

#[derive(Template)]
#[template(path = "accounts/close_address.html")]
struct ClosePage {
    page: Page,
    closable: Closable,
    /// Until when it opens the account, where it goes on for a while: "13 December 2026, 09:12 UTC".
    until: Option<String>,
}

/// `GET /account/address/{id}/close`: what it means, and from when on.
pub async fn ask(
    person: FreshPerson,
    app: App,
    page: Page,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (now, id) = (app.clock.now(), id.into_inner());
    let find = app.db.read(move |conn| {
        let residence = find_residence(conn, person.id)?;
        Ok((Closable::find(conn, &person, id)?, residence))
    });
    let (closable, residence) = find.await?;
    let page = page.of_residence(&app, &residence);
    let until = closable.waits();
    let until = until.then(|| page.moment(now + closing::WAIT));
    let page = ClosePage {
        page,
        closable,
        until,
    };
    html(StatusCode::OK, &page)
}

/// `POST /account/address/{id}/close`
pub async fn close(
    person: FreshPerson,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (own, mark, id) = (app.clone(), mark_of(&session)?, id.into_inner());
    let closed = app.db.write(move |conn| {
        let now = own.clock.now();
        closing::close(&own, conn, &person, (id, &mark), now)
    });
    let text = if closed.await? {
        "The address goes on for two weeks. We have told every address of your account, and each can keep it."
    } else {
        "The address is taken away. We have told every address of your account."
    };
    app.wake.notify_one();
    see_other_saying(&session, text, "/account")
}

/// `POST /account/address/{id}/keep`
pub async fn keep(
    person: Person,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (own, id) = (app.clone(), id.into_inner());
    let kept = app
        .db
        .write(move |conn| closing::keep(&own, conn, &person, id, own.clock.now()));
    kept.await?;
    app.wake.notify_one();
    see_other_saying(&session, "The address stays with your account.", "/account")
}

/// Which address to take away, as typed.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Typed {
    email: String,
    why: String,
    offered: String,
}

#[derive(Template)]
#[template(path = "accounts/staff/close_address.html")]
struct StaffPage {
    page: Page,
    form: Form<Typed>,
}

impl StaffPage {
    fn reasons() -> Vec<(&'static str, &'static str)> {
        let all = Why::ALL.iter();
        all.map(|it| (it.as_str(), it.in_words())).collect()
    }
}

/// `GET /staff/closed-addresses/new`
pub async fn new(_: Supervisor, page: Page) -> AppResult<HttpResponse> {
    let form = Form::default();
    html(StatusCode::OK, &StaffPage { page, form })
}

/// `POST /staff/closed-addresses/new`: closing works at once, and another address waits for another supervisor.
pub async fn close_for(
    supervisor: Supervisor,
    app: App,
    page: Page,
    session: Session,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let by = match check(&supervisor, typed.into_inner()) {
        Ok(by) => by,
        Err(form) => return refuse(page, *form),
    };
    let typed = Typed {
        email: by.email.clone(),
        why: by.why.as_str().to_owned(),
        offered: by.offered.clone().unwrap_or_default(),
    };
    let (own, waits) = (app.clone(), by.offered.is_some());
    let closed = app
        .db
        .write(move |conn| closing_by_staff::close_for(&own, conn, &by, own.clock.now()));
    let (field, sentence) = match closed.await? {
        Ok(opens) => {
            app.wake.notify_one();
            let next = if waits { INDEX } else { STAFF_FORM };
            return see_other_saying(&session, done(opens, waits), next);
        }
        Err(Refused::Unknown) => ("email", "No account opens with this address."),
        Err(Refused::Own) => (
            "offered",
            "Enter another address than those that the account has.",
        ),
        Err(Refused::Taken) => ("offered", "This address has an account of its own."),
    };
    refuse(page, Form::new(typed).refuse(field, sentence))
}

/// What staff read: whether the account opens still, and what its other address waits for.
fn done(opens: bool, waits: bool) -> &'static str {
    match (opens, waits) {
        (true, false) => "The address is taken away, and every session of the account has ended.",
        (true, true) => {
            "The address is taken away, and every session of the account has ended. The other one waits for another supervisor."
        }
        (false, false) => {
            "The address is taken away, and every session of the account has ended. No address opens this account now: ask the person for another, and enter both here."
        }
        (false, true) => {
            "The address is taken away, and every session of the account has ended. No address opens this account until another supervisor has approved the other one and its reader has followed the link."
        }
    }
}

fn check(supervisor: &Supervisor, typed: Typed) -> Result<ByStaff, Box<Form<Typed>>> {
    let (email, offered) = (normal_email(&typed.email), normal_email(&typed.offered));
    let why = typed.why.parse::<Why>().ok();
    let not_an_address = "Enter an e-mail address, like name@example.org.";
    let is_bad_offer = !offered.is_empty() && !is_email(&offered);
    let form = Form::new(typed).refuse_where([
        (!is_email(&email), "email", not_an_address),
        (why.is_none(), "why", "Choose why."),
        (is_bad_offer, "offered", not_an_address),
    ]);
    match why {
        Some(why) if !form.has_errors() => Ok(ByStaff {
            staff_id: supervisor.id,
            why,
            email,
            offered: Some(offered).filter(|it| !it.is_empty()),
        }),
        _ => Err(Box::new(form)),
    }
}

fn refuse(page: Page, form: Form<Typed>) -> AppResult<HttpResponse> {
    html(StatusCode::UNPROCESSABLE_ENTITY, &StaffPage { page, form })
}

#[derive(Template)]
#[template(path = "accounts/offered_address.html")]
struct OfferPage {
    page: Page,
    /// The address that joins the account.
    email: String,
    token: String,
}

/// `GET /account/address/offered/{token}`: a link that is followed by a program changes nothing.
pub async fn offered(app: App, page: Page, token: web::Path<String>) -> AppResult<HttpResponse> {
    let (own, token) = (app.clone(), token.into_inner());
    let find = app.db.read(move |conn| {
        let offer = offers::find(conn, &own.keys, &token, own.clock.now())?;
        if offer.taken_at.is_none() && offers::is_taken_elsewhere(&own, conn, &offer)? {
            return Err(AppError::conflict(offers::HAS_ITS_OWN));
        }
        Ok((offer, token))
    });
    let (offer, token) = find.await?;
    if offer.taken_at.is_some() {
        return Ok(see_other("/sign-in"));
    }
    let email = offer.email;
    html(StatusCode::OK, &OfferPage { page, email, token })
}

/// `POST /account/address/offered/{token}`: the account has the address from now on.
pub async fn take(app: App, session: Session, token: web::Path<String>) -> AppResult<HttpResponse> {
    let own = app.clone();
    let taken = app
        .db
        .write(move |conn| offers::take(&own, conn, &token, own.clock.now()));
    taken.await?;
    app.wake.notify_one();
    let text = "The new address is in place. Sign in with it.";
    see_other_saying(&session, text, "/sign-in")
}
