//! Asking for a code by mail, and what a right one leads to.

use actix_session::{Session, SessionExt};
use actix_web::HttpRequest;
use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::codes::{self, Attempt, Purpose};
use super::guard::{Account, Person};
use super::limits::Limit;
use super::messages::{SignInCode, StepUpCode};
use super::model::{IdentityKind, SIGNED_IN, StaffRow};
use super::{closing, queries, signs};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::{self, Browser};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::keys::random_token;
use crate::web::client_address;
use crate::web::client_address::client_network;

const QUARTER: TimeDelta = TimeDelta::minutes(15);

/// For each [`budget`].
const MAILS: Limit = Limit {
    purpose: "code mails",
    max: 5,
    max_in_demo: 100,
    window: QUARTER,
};

/// For each [`budget`]. Bounds what somebody who guesses codes can try in a day.
const MAILS_A_DAY: Limit = Limit {
    purpose: "code mails a day",
    max: 30,
    max_in_demo: 2_000,
    window: TimeDelta::days(1),
};

/// Whoever asks: bounds what lands in the mailbox of somebody whom many networks try.
const MAILS_TO_ADDRESS: Limit = Limit {
    purpose: "code mails to an address",
    max: 120,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

const MAILS_PER_CLIENT: Limit = Limit {
    purpose: "code mails of a client",
    max: 30,
    max_in_demo: 10_000,
    window: QUARTER,
};

/// For each [`budget`].
const ATTEMPTS: Limit = Limit {
    purpose: "code attempts",
    max: 20,
    max_in_demo: 200,
    window: QUARTER,
};

const ATTEMPTS_PER_CLIENT: Limit = Limit {
    purpose: "code attempts of a client",
    max: 60,
    max_in_demo: 10_000,
    window: QUARTER,
};

/// What the session remembers between asking for a code and giving it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Asked {
    /// Where the code went.
    pub email: String,
    /// Names this browser to the code.
    pub browser: String,
    /// Where the person was going; empty for the usual page.
    pub next: String,
}

impl Asked {
    /// What this browser asked for last, for that purpose.
    pub fn of(session: &Session, purpose: Purpose) -> AppResult<Option<Asked>> {
        Ok(session.get(purpose.as_str())?)
    }

    /// Asks for a code to that address; the browser keeps its name.
    pub fn new(session: &Session, purpose: Purpose, email: &str, next: &str) -> AppResult<Asked> {
        let before = Asked::of(session, purpose)?;
        Ok(Asked {
            email: email.to_owned(),
            browser: before.map_or_else(random_token, |asked| asked.browser),
            next: next.to_owned(),
        })
    }

    pub fn remember(&self, session: &Session, purpose: Purpose) -> AppResult<()> {
        Ok(session.insert(purpose.as_str(), self)?)
    }

    /// When it has served, and leads there: who sends the same form again is led there, too.
    pub fn served(session: &Session, purpose: Purpose, next: &str) -> AppResult<()> {
        session.remove(purpose.as_str());
        Ok(session.insert(served_key(purpose), next)?)
    }

    /// Where the last one led in this session.
    pub fn led_to(session: &Session, purpose: Purpose) -> AppResult<Option<String>> {
        Ok(session.get(&served_key(purpose))?)
    }
}

fn served_key(purpose: Purpose) -> String {
    format!("{purpose} led to")
}

/// What counts together: a visitor's tries at an address, by network, so that nobody can spend another's; and apart
/// from them those of who is signed in.
fn budget(purpose: Purpose, email: &str, client: &str) -> String {
    match purpose {
        Purpose::SignIn => format!("{email} from {client}"),
        Purpose::StepUp => format!("{email} signed in"),
        // Whoever tries to have an address must not spend the tries of its owner.
        Purpose::NewAddress => format!("{email} for an account"),
    }
}

/// Counts one more mail with a code.
fn take_mail(
    app: &App,
    conn: &mut AnyConnection,
    purpose: Purpose,
    (email, client): (&str, &str),
    now: NaiveDateTime,
) -> AppResult<()> {
    let budget = budget(purpose, email, client);
    if purpose == Purpose::SignIn {
        MAILS_PER_CLIENT.take(app, conn, client, now)?;
        MAILS_TO_ADDRESS.take(app, conn, email, now)?;
    }
    MAILS.take(app, conn, &budget, now)?;
    MAILS_A_DAY.take(app, conn, &budget, now)
}

/// Mails a code for signing in, or for confirming. It does the same for every address, whether anybody is known by it or not, so that neither
/// the answer nor the time that it takes tells.
pub(super) async fn send(
    app: &App,
    request: &HttpRequest,
    purpose: Purpose,
    asked: Asked,
) -> AppResult<()> {
    let client = client_network(client_address(request, &app.site));
    let (own, now) = (app.clone(), app.clock.now());
    let Asked { email, browser, .. } = asked.clone();
    let sent = app.db.write(move |conn| {
        take_mail(&own, conn, purpose, (&email, &client), now)?;
        let code = codes::issue(conn, &own.keys, purpose, &email, &browser, now)?;
        let (code, token) = (code.digits, code.token);
        if purpose == Purpose::SignIn {
            let mail = SignInCode { code, token };
            return own.mailer.enqueue(conn, &email, &mail, now);
        }
        let mail = StepUpCode { code, token };
        own.mailer.enqueue(conn, &email, &mail, now)
    });
    sent.await?;
    // Not before: whoever is stopped by a limit leaves no session behind.
    asked.remember(&request.get_session(), purpose)?;
    app.wake.notify_one();
    Ok(())
}

/// Tries a code; a wrong one is on record, without saying whose it was.
pub(super) fn attempt(
    app: &App,
    conn: &mut AnyConnection,
    purpose: Purpose,
    asked: &Asked,
    client: &str,
    typed: &str,
) -> AppResult<Attempt> {
    let now = app.clock.now();
    if purpose == Purpose::SignIn {
        ATTEMPTS_PER_CLIENT.take(app, conn, client, now)?;
    }
    if codes::has_live_code(conn, &app.keys, purpose, &asked.browser, now)? {
        ATTEMPTS.take(app, conn, &budget(purpose, &asked.email, client), now)?;
    }
    let attempt = codes::attempt(conn, &app.keys, purpose, &asked.browser, typed, now)?;
    if attempt == Attempt::Wrong(0) && purpose != Purpose::NewAddress {
        let kind = IdentityKind::Email;
        let known = queries::find_person_by_identity(conn, &app.keys, kind, &asked.email)?;
        if let Some(person) = known {
            signs::note_spent_code(conn, person.id, now)?;
        }
    }
    if let Attempt::Wrong(_) = attempt {
        let event = Event {
            actor: Actor::Visitor,
            action: "sign_in.failed",
            person: None,
            object: purpose.as_str(),
            detail: json!({ "reason": "wrong code" }),
        };
        audit::record(conn, &event, now)?;
    }
    Ok(attempt)
}

/// The address is theirs: what was counted against them starts anew.
pub(super) fn forgive(
    app: &App,
    conn: &mut AnyConnection,
    purpose: Purpose,
    (email, client): (&str, &str),
) -> QueryResult<()> {
    let budget = budget(purpose, email, client);
    for limit in [MAILS, MAILS_A_DAY, ATTEMPTS] {
        limit.forgive(app, conn, &budget)?;
    }
    MAILS_TO_ADDRESS.forgive(app, conn, email)
}

/// Who has shown that an address is theirs.
#[derive(Debug)]
pub(super) enum Known {
    /// A person, signed in by this.
    Person(Account),
    /// A staff member, who has yet to show the second factor.
    Staff(StaffRow),
}

/// Whoever controls an address may sign in: a person is created when they first do.
pub(super) fn recognise(
    app: &App,
    conn: &mut AnyConnection,
    (email, client): (&str, &str),
    browser: Option<&Browser>,
    now: NaiveDateTime,
) -> AppResult<Known> {
    forgive(app, conn, Purpose::SignIn, (email, client))?;
    if let Some(member) = queries::find_active_staff(conn, &app.keys, email)? {
        return Ok(Known::Staff(member));
    }
    closing::refuse_closed(app, conn, email)?;
    let person = queries::find_or_create_person(conn, &app.keys, email, "", now)?;
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: SIGNED_IN,
        person: Some(&person.pseudonym),
        object: "session",
        detail: json!({}),
    };
    audit::record(conn, &event, now)?;
    choices::join(app, conn, (&person, Some(email)), browser, now)?;
    Ok(Known::Person(Account::Person(Person {
        id: person.id,
        pseudonym: person.pseudonym,
        email: email.to_owned(),
        confirmed_at: now,
    })))
}

/// Where to go after signing in: where the account was going, if it may go there, or its usual page.
pub(super) fn landing(account: &Account, next: &str) -> String {
    let for_staff = next.starts_with("/staff");
    // They lead whoever is signed in here, and would for ever.
    let next = if next.starts_with("/sign-in") {
        ""
    } else {
        next
    };
    let (is_allowed, usual) = match account {
        Account::Person(_) => (!for_staff, "/data"),
        Account::Staff(_) => (for_staff || next == "/account", "/staff"),
    };
    if is_allowed && !next.is_empty() {
        next.to_owned()
    } else {
        usual.to_owned()
    }
}
