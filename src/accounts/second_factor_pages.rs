//! The second half of signing in, for staff.

use actix_session::{Session, SessionExt};
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::guard::{Account, StaffMember};
use super::model::StaffRow;
use super::qr::{self, Picture};
use super::second_factor::{self, Shown};
use super::sign_in::landing;
use super::sign_in_pages::{TypedCode, way_to_sign_in};
use super::{codes, queries, recovery_codes};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::keys::random_token;
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, html, see_other};

/// After the first factor, the second one must be shown within this time.
const LASTS: TimeDelta = TimeDelta::minutes(10);

const PENDING: &str = "second_factor";

/// The session between the two factors. It is nobody's yet.
#[derive(Debug, Serialize, Deserialize)]
struct Pending {
    staff_id: i64,
    next: String,
    since: NaiveDateTime,
    /// Tells this session from others that wait.
    #[serde(default)]
    mark: String,
    /// While the second factor is set up: the secret that the app is to share, sealed.
    new_secret: Option<String>,
}

/// Which of the two codes the page asks for.
#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    recovery: bool,
}

#[derive(Template)]
#[template(path = "accounts/second_factor.html")]
struct SecondFactorPage {
    page: Page,
    form: Form<TypedCode>,
    recovery: bool,
}

#[derive(Template)]
#[template(path = "accounts/set_up.html")]
struct SetUpPage {
    page: Page,
    form: Form<TypedCode>,
    picture: Picture,
    secret: String,
}

#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
pub(super) struct RecoveryCodesPage {
    pub page: Page,
    pub codes: Vec<String>,
    /// Where to go on.
    pub next: String,
}

/// The first factor was right: from here on the session waits for the second.
pub(super) fn begin(
    request: &HttpRequest,
    member: &StaffRow,
    next: String,
    now: NaiveDateTime,
) -> AppResult<HttpResponse> {
    let session = request.get_session();
    session.renew();
    session.clear();
    let pending = Pending {
        staff_id: member.id,
        next,
        since: now,
        mark: random_token(),
        new_secret: None,
    };
    session.insert(PENDING, pending)?;
    Ok(see_other("/sign-in/totp"))
}

/// A role may have been taken away since the code was asked for.
fn as_of_now(conn: &mut AnyConnection, member: &StaffRow) -> AppResult<StaffRow> {
    queries::find_active_staff_by_id(conn, member.id)?.ok_or(AppError::SignInRequired)
}

/// `GET /sign-in/totp`
pub async fn show(
    app: App,
    session: Session,
    page: Page,
    which: web::Query<Which>,
) -> AppResult<HttpResponse> {
    let (_, member) = waiting(&app, &session).await?;
    if member.totp_secret.is_none() {
        return Ok(see_other("/sign-in/totp/set-up"));
    }
    let (form, recovery) = (Form::default(), which.recovery);
    html(
        StatusCode::OK,
        &SecondFactorPage {
            page,
            form,
            recovery,
        },
    )
}

/// `POST /sign-in/totp`
pub async fn check(
    app: App,
    request: HttpRequest,
    page: Page,
    which: web::Query<Which>,
    form: web::Form<TypedCode>,
) -> AppResult<HttpResponse> {
    let (pending, member) = waiting(&app, &request.get_session()).await?;
    if let Some(slip) = slip(&form.code, which.recovery) {
        let (form, recovery) = (Form::new(form.into_inner()), which.recovery);
        let page = SecondFactorPage {
            page,
            form: form.refuse("code", slip),
            recovery,
        };
        return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let (own, typed, now) = (app.clone(), form.code.clone(), app.clock.now());
    let mark = pending.mark.clone();
    let shown = app.db.write(move |conn| {
        let member = as_of_now(conn, &member)?;
        let shown = second_factor::check(&own, conn, &member, &typed, now)?;
        let sent = (typed.as_str(), mark.as_str());
        if shown.is_none() && second_factor::has_served(&own.keys, conn, &member, sent, now)? {
            return Ok(None);
        }
        if shown == Some(Shown::Totp) {
            second_factor::note_served(conn, member.id, &mark)?;
        }
        record(conn, member.id, shown, now)?;
        let left = recovery_codes::count_unused(conn, member.id)?;
        Ok(Some((shown, left, staff_account(&member))))
    });
    // The first of two equal submits has signed in, if it was this browser's.
    let Some(shown) = shown.await? else {
        return Ok(see_other(&way_to_sign_in(&pending.next)));
    };
    match shown {
        (None, ..) => {
            let refused =
                "This code does not work. A code from the app works once, for half a minute.";
            let form = Form::new(form.into_inner()).refuse("code", refused);
            let recovery = which.recovery;
            let page = SecondFactorPage {
                page,
                form,
                recovery,
            };
            html(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        (Some(shown), left, account) => {
            account.enter(&request)?;
            if shown == Shown::RecoveryCode {
                let text = format!("You used a recovery code. {left} are left.");
                Flash::leave(&request.get_session(), FlashKind::Notice, text)?;
            }
            Ok(see_other(&landing(&account, &pending.next)))
        }
    }
}

/// What is wrong with what was typed before it is tried. Either code may be typed on either page.
fn slip(typed: &str, recovery: bool) -> Option<&'static str> {
    let found = codes::slip(typed)?;
    match recovery {
        _ if recovery_codes::looks_like_one(typed) => None,
        true => Some("A recovery code has ten letters and digits. Enter one that you kept."),
        false => Some(found),
    }
}

/// `GET /sign-in/totp/set-up`
pub async fn new(app: App, session: Session, page: Page) -> AppResult<HttpResponse> {
    let (mut pending, member) = waiting(&app, &session).await?;
    if member.totp_secret.is_some() {
        return Ok(see_other("/sign-in/totp"));
    }
    if pending.new_secret.is_none() {
        let secret = second_factor::new_secret();
        let sealed = second_factor::seal(&app.keys, &member.email, &secret);
        pending.new_secret = Some(BASE64.encode(&sealed));
        session.insert(PENDING, &pending)?;
    }
    let page = set_up_page(&app, page, &pending, &member, Form::default())?;
    html(StatusCode::OK, &page)
}

/// `POST /sign-in/totp/set-up`
pub async fn set_up(
    app: App,
    request: HttpRequest,
    page: Page,
    form: web::Form<TypedCode>,
) -> AppResult<HttpResponse> {
    let (pending, member) = waiting(&app, &request.get_session()).await?;
    // Without the page that shows a secret there is none to set up, as after setting it up in another tab.
    if pending.new_secret.is_none() || member.totp_secret.is_some() {
        return Ok(see_other("/sign-in/totp/set-up"));
    }
    if let Some(slip) = codes::slip(&form.code) {
        let form = Form::new(form.into_inner()).refuse("code", slip);
        let page = set_up_page(&app, page, &pending, &member, form)?;
        return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let secret = new_secret(&app, &pending, &member)?;
    let (own, mine, typed, now) = (
        app.clone(),
        member.clone(),
        form.code.clone(),
        app.clock.now(),
    );
    let codes = app.db.write(move |conn| {
        let mine = as_of_now(conn, &mine)?;
        let codes = second_factor::set_up(&own, conn, &mine, &secret, &typed, now)?;
        record(conn, mine.id, codes.as_ref().map(|_| Shown::Totp), now)?;
        Ok(codes.map(|codes| (codes, staff_account(&mine))))
    });
    let Some((codes, account)) = codes.await? else {
        let refused = "This is not the code that the app shows now. Check that your phone has the right time.";
        let form = Form::new(form.into_inner()).refuse("code", refused);
        let page = set_up_page(&app, page, &pending, &member, form)?;
        return html(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    account.enter(&request)?;
    let page = RecoveryCodesPage {
        page: Page::extract(&request).await?,
        codes,
        next: landing(&account, &pending.next),
    };
    html(StatusCode::OK, &page)
}

/// The staff member whom this session waits for.
async fn waiting(app: &App, session: &Session) -> AppResult<(Pending, StaffRow)> {
    let pending = session.get::<Pending>(PENDING)?;
    let now = app.clock.now();
    let pending = pending
        .filter(|pending| now - pending.since <= LASTS)
        .ok_or(AppError::SignInRequired)?;
    let id = pending.staff_id;
    let member = app
        .db
        .read(move |conn| Ok(queries::find_active_staff_by_id(conn, id)?));
    Ok((pending, member.await?.ok_or(AppError::SignInRequired)?))
}

fn new_secret(app: &App, pending: &Pending, member: &StaffRow) -> AppResult<Vec<u8>> {
    let sealed = pending.new_secret.as_deref().unwrap_or("");
    let sealed = BASE64.decode(sealed.as_bytes()).unwrap_or_default();
    second_factor::open(&app.keys, &member.email, &sealed)
}

fn set_up_page(
    app: &App,
    page: Page,
    pending: &Pending,
    member: &StaffRow,
    form: Form<TypedCode>,
) -> AppResult<SetUpPage> {
    let secret = new_secret(app, pending, member)?;
    let url = second_factor::otpauth_url(&app.site, &member.email, &secret);
    Ok(SetUpPage {
        page,
        form,
        picture: qr::draw(&url)?,
        secret: second_factor::in_base32(&secret),
    })
}

fn staff_account(member: &StaffRow) -> Account {
    Account::Staff(StaffMember {
        id: member.id,
        name: member.name.clone(),
        role: member.role,
    })
}

fn record(
    conn: &mut AnyConnection,
    staff_id: i64,
    shown: Option<Shown>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let (actor, action, detail) = match shown {
        Some(Shown::Totp) => (
            Actor::Staff(staff_id),
            "staff.signed_in",
            json!({ "by": "app" }),
        ),
        Some(Shown::RecoveryCode) => (
            Actor::Staff(staff_id),
            "staff.signed_in",
            json!({ "by": "recovery code" }),
        ),
        None => (
            Actor::Visitor,
            "sign_in.failed",
            json!({ "reason": "wrong second factor", "staff": staff_id }),
        ),
    };
    let event = Event {
        actor,
        action,
        person: None,
        object: "second_factor",
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
