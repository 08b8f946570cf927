//! Honouring the browser's signal: with each page, before it is made, and in writing only when it changes something.
//!
//! | who | what is done | what the line says |
//! |---|---|---|
//! | anybody, where nothing is sold or shared | nothing | that we do neither |
//! | an unknown browser | it gets a pseudonym and is opted out | off for this browser |
//! | a browser that has opted out | nothing | off for this browser |
//! | too many new browsers from one network | nothing is kept, and nothing is sold either | off for this visit |
//! | a person, for the first time in a session | the account is opted out | off for the account |
//! | a person who had allowed it before | likewise | that the signal came before it |
//! | a person who allows it while the signal is on | nothing in this session | that we follow the person |
//!
//! What is not a page, such as a script that the organisation's own site takes from here, is a visit of nobody but whoever
//! is signed in: their account is opted out by any request (11 CCR 7025(c)(1)).
//!
//! No signal says nothing: what was chosen before goes on.

use actix_session::{Session, SessionExt};
use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use chrono::TimeDelta;

use super::browser::{self, Browser};
use super::change::{Act, Proof};
use super::model::{MadeBy, State};
use super::proof::Scope;
use super::refusable::SALE_OR_SHARING;
use crate::accounts::guard::{Account, Person};
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::db::text_enum;
use crate::error::AppResult;
use crate::law::Right;
use crate::monitors::mark;
use crate::web::client_address::{client_address, client_network};
use crate::web::signal::{SignalLine, is_on};

/// So many browsers get a pseudonym by their signal. Programs without cookies are new with each page.
const NEW_BROWSERS: Limit = Limit {
    purpose: "new browsers with a signal",
    max: 60,
    max_in_demo: 10_000,
    window: TimeDelta::hours(1),
};

/// The session's key under which it stands what became of the signal; see `change`, which takes it away.
pub(super) const MARK: &str = "signal";

text_enum! {
    /// What became of the signal in a session.
    enum Mark {
        /// The account was opted out.
        Honoured = "honoured",
        /// The person has allowed it since, knowing of the signal.
        Overridden = "overridden",
    }
}

/// Middleware, inside of the sessions: honours the signal of a request, and renews the cookie of a browser that has opted
/// out.
pub async fn honour(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let app = App::of(request.request());
    let known = Browser::of(request.request(), &app.keys);
    let old = known.filter(|it| it.is_to_be_renewed(app.clock.now()));
    let is_on = is_on(request.headers());
    // To know the page takes trying the routes.
    let is_page = (is_on || old.is_some()) && is_page(&request);
    let mut cookie = old.filter(|_| is_page).map(|it| it.cookie(app));
    if is_on {
        let honoured = honour_in(request.request(), is_page).await?;
        cookie = honoured.or(cookie);
    }
    let mut response = next.call(request).await?;
    let is_set = response
        .response()
        .cookies()
        .any(|it| it.name() == browser::COOKIE);
    if let Some(cookie) = cookie.filter(|_| !is_set) {
        response.response_mut().add_cookie(&cookie)?;
    }
    Ok(response)
}

/// Remembers that the person allows it although this browser sends the signal.
pub(super) fn override_in(request: &HttpRequest) -> AppResult<()> {
    if is_on(request.headers()) {
        request.get_session().insert(MARK, Mark::Overridden)?;
    }
    Ok(())
}

/// Whether the person has allowed it although this browser sends the signal.
pub(super) fn is_overridden(session: &Session) -> AppResult<bool> {
    Ok(session.get(MARK)? == Some(Mark::Overridden))
}

/// Whether a law has us honour it.
pub(super) fn is_honoured(app: &App) -> bool {
    let today = app.clock.today();
    let rights = [Right::OptOut, Right::Targeting];
    rights.iter().any(|it| app.laws.honours_signal(*it, today))
}

/// Pictures, styles and programs send the signal too; what they fetch is not a visit of a new browser.
fn is_page(request: &ServiceRequest) -> bool {
    const FOR_PROGRAMS: [&str; 5] = [
        "/static/",
        "/.well-known/",
        "/healthz",
        "/readyz",
        "/metrics",
    ];
    // Where there is no page, one says so: it has the line too.
    let pattern = request.match_pattern();
    let pattern = pattern.as_deref().unwrap_or_else(|| request.path());
    let is_file = pattern
        .rsplit('/')
        .next()
        .is_some_and(|it| it.contains('.'));
    let is_for_programs = FOR_PROGRAMS.iter().any(|it| pattern.starts_with(it));
    let destination = request.headers().get("sec-fetch-dest");
    !is_file && !is_for_programs && destination.is_none_or(|it| it.as_bytes() == b"document")
}

async fn honour_in(request: &HttpRequest, is_page: bool) -> AppResult<Option<Cookie<'static>>> {
    let account = Account::of(&request.get_session())?;
    if !is_page && !matches!(account, Some(Account::Person(_))) {
        return Ok(None);
    }
    let app = App::of(request).clone();
    if !is_honoured(&app) {
        return Ok(None);
    }
    if !app.register.activities.iter().any(|it| it.sale_or_sharing) {
        const NOTHING_TO_DO: &str = "We do not sell or share your data. Your browser's opt-out signal has nothing to turn off here.";
        request.extensions_mut().insert(SignalLine(NOTHING_TO_DO));
        return Ok(None);
    }
    let mut cookie = None;
    let mut line = "";
    if is_page {
        (line, cookie) = honour_for_browser(&app, request).await?;
    }
    if let Some(Account::Person(person)) = account {
        line = honour_for_person(&app, &request.get_session(), &person).await?;
    }
    request.extensions_mut().insert(SignalLine(line));
    Ok(cookie)
}

async fn honour_for_browser(
    app: &App,
    request: &HttpRequest,
) -> AppResult<(&'static str, Option<Cookie<'static>>)> {
    const HONOURED: &str = "Opt-out request honoured: sale and sharing are off for this browser.";
    let known = Browser::of(request, &app.keys);
    if known
        .as_ref()
        .is_some_and(|it| it.has_opted_out_of(SALE_OR_SHARING))
    {
        return Ok((HONOURED, None));
    }
    let may_write = known.is_some() || may_be_new(app, request).await?;
    let browser = known.unwrap_or_else(|| Browser::new(app.clock.now()));
    let keys = vec![SALE_OR_SHARING.to_owned()];
    let browser_after = browser.clone().with(&keys, app.clock.now());
    // Otherwise its cookie says it alone, and joins whoever signs in.
    if may_write {
        let subjects = vec![browser.subject(&app.keys)];
        let made_by = mark::made_by(app, request, MadeBy::Signal);
        let act = Act {
            are_new: browser.is_new(),
            scope: Scope::Browser,
            proof: Proof::Never,
            ..Act::new(subjects, keys, State::OptedOut, made_by)
        };
        act.carry_out(app).await?;
    }
    let cookie = browser_after.cookie(app);
    request.extensions_mut().insert(browser_after);
    Ok((HONOURED, Some(cookie)))
}

async fn may_be_new(app: &App, request: &HttpRequest) -> AppResult<bool> {
    let network = client_network(client_address(request, &app.site));
    let (own, now) = (app.clone(), app.clock.now());
    let taken = app
        .db
        .write(move |conn| NEW_BROWSERS.allows(&own, conn, &network, now));
    taken.await
}

async fn honour_for_person(
    app: &App,
    session: &Session,
    person: &Person,
) -> AppResult<&'static str> {
    const HONOURED: &str =
        "Opt-out request honoured: sale and sharing are off for your account and this browser.";
    match session.get(MARK)? {
        Some(Mark::Honoured) => return Ok(HONOURED),
        Some(Mark::Overridden) => {
            return Ok(
                "Your browser sends an opt-out signal. You have allowed sale and sharing for your account since, and we follow that.",
            );
        }
        None => {}
    }
    let keys = vec![SALE_OR_SHARING.to_owned()];
    let act = Act::of_person(person, keys, State::OptedOut, MadeBy::Signal);
    let outcome = act.carry_out(app).await?;
    session.insert(MARK, Mark::Honoured)?;
    Ok(if outcome.replaced_consent {
        "Opt-out request honoured: you had allowed sale and sharing, and your browser's signal has turned it off for your account."
    } else {
        HONOURED
    })
}
