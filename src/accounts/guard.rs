//! Who may call: a handler takes one of these as a parameter, or anybody may call it.
//!
//! They read the session alone, which was loaded from the database with this request. Whatever changes what
//! an account may do (a role, an end) ends its sessions.

use std::future::{Future, Ready, ready};
use std::ops::Deref;
use std::pin::Pin;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpRequest};
use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::device;
use super::model::Role;
use super::session_store::{ACCOUNT, DEVICE, MARK};
use super::{signs, step_up};
use crate::app::App;
use crate::audit::Actor;
use crate::error::{AppError, AppResult};
use crate::keys::random_token;
use crate::web::Flash;
use crate::web::page::FlashKind;

/// So old may the last confirmation by code be when data is exported, corrected or deleted.
pub const STEP_UP_LASTS: TimeDelta = TimeDelta::minutes(10);

/// Who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Somebody whose data it is.
    Person(Person),
    /// Somebody who works here, with both factors shown.
    Staff(StaffMember),
}

impl Account {
    /// The account of a session, if somebody is signed in.
    pub fn of(session: &Session) -> AppResult<Option<Account>> {
        Ok(session.get(ACCOUNT)?)
    }

    /// Signs in: from here on the session is the account's, under a new token. Whatever stood in it is gone.
    pub fn enter(&self, request: &HttpRequest) -> AppResult<()> {
        let session = request.get_session();
        session.renew();
        session.clear();
        session.insert(DEVICE, device::of(request))?;
        session.insert(MARK, random_token())?;
        Ok(session.insert(ACCOUNT, self)?)
    }

    /// The account after a change that its session must know of.
    pub fn update(&self, session: &Session) -> AppResult<()> {
        Ok(session.insert(ACCOUNT, self)?)
    }

    /// The id of the person, if it is one.
    pub fn person_id(&self) -> Option<i64> {
        match self {
            Account::Person(person) => Some(person.id),
            Account::Staff(_) => None,
        }
    }

    /// The id of the staff member, if it is one.
    pub fn staff_id(&self) -> Option<i64> {
        match self {
            Account::Person(_) => None,
            Account::Staff(member) => Some(member.id),
        }
    }

    /// What stands for the person in the audit log, if it is one.
    pub fn pseudonym(&self) -> Option<&str> {
        match self {
            Account::Person(person) => Some(&person.pseudonym),
            Account::Staff(_) => None,
        }
    }

    /// Who it is in the audit log.
    pub fn actor(&self) -> Actor<'_> {
        match self {
            Account::Person(person) => Actor::Person(&person.pseudonym),
            Account::Staff(member) => Actor::Staff(member.id),
        }
    }
}

/// A signed-in person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// Internal.
    pub id: i64,
    /// Stands for the person in the audit log.
    pub pseudonym: String,
    /// The address that they signed in with.
    pub email: String,
    /// When they last confirmed by a fresh code that it is them.
    pub confirmed_at: NaiveDateTime,
}

/// A person who has confirmed by a code, at most [`STEP_UP_LASTS`] ago, that it is them.
#[derive(Debug, Clone)]
pub struct FreshPerson(Person);

/// A signed-in staff member of any role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffMember {
    /// Internal.
    pub id: i64,
    /// As people see it on messages.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// Staff who work on requests: agents and supervisors.
#[derive(Debug, Clone)]
pub struct CaseWorker(StaffMember);

/// Staff who may see requests: those who work on them, and auditors.
#[derive(Debug, Clone)]
pub struct CaseReader(StaffMember);

/// Staff who approve deletions and denials.
#[derive(Debug, Clone)]
pub struct Supervisor(StaffMember);

/// Staff who read the audit log: auditors and admins.
#[derive(Debug, Clone)]
pub struct Auditor(StaffMember);

/// Staff who oversee the work: supervisors, auditors and admins.
#[derive(Debug, Clone)]
pub struct Overseer(StaffMember);

/// Staff who may set failed work going again: all but auditors.
#[derive(Debug, Clone)]
pub struct Mender(StaffMember);

/// Staff who manage staff and policy.
#[derive(Debug, Clone)]
pub struct Admin(StaffMember);

fn account(request: &HttpRequest) -> AppResult<Account> {
    Account::of(&request.get_session())?.ok_or(AppError::SignInRequired)
}

fn person(request: &HttpRequest) -> AppResult<Person> {
    match account(request)? {
        Account::Person(person) => Ok(person),
        Account::Staff(_) => Err(AppError::Forbidden),
    }
}

impl Person {
    /// Whether they have confirmed lately that it is them.
    pub fn is_fresh(&self, now: NaiveDateTime) -> bool {
        now - self.confirmed_at <= STEP_UP_LASTS
    }
}

impl FromRequest for FreshPerson {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = AppResult<FreshPerson>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = person(request).and_then(|person| {
            let app = App::extract(request).into_inner()?;
            Ok((person.is_fresh(app.clock.now()), app, person))
        });
        match found {
            Ok((true, app, person)) => Box::pin(unless_abused(request.clone(), app, person)),
            Ok((false, ..)) => Box::pin(keep_and_refuse(request.clone(), take_body(payload))),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

/// What was typed is not kept then, which is said: the body has gone to the form's own extractor.
async fn unless_abused(request: HttpRequest, app: App, person: Person) -> AppResult<FreshPerson> {
    if signs::is_confirmed(&app, &person).await? {
        return Ok(FreshPerson(person));
    }
    if request.method() == Method::POST {
        let text = "We could not keep what you typed. After you have confirmed that it is you, type it again.";
        Flash::leave(&request.get_session(), FlashKind::Notice, text)?;
    }
    Err(AppError::StepUpRequired)
}

async fn keep_and_refuse(request: HttpRequest, body: Payload) -> AppResult<FreshPerson> {
    step_up::keep_form(&request, body).await?;
    Err(AppError::StepUpRequired)
}

/// Takes the body from the extractors that come after. They wait for one that never comes, since an empty one
/// would make them refuse the request before it is known where it leads.
fn take_body(payload: &mut Payload) -> Payload {
    let never: Payload = Payload::Stream {
        payload: Box::pin(futures_util::stream::pending()),
    };
    std::mem::replace(payload, never)
}

fn staff(request: &HttpRequest) -> AppResult<StaffMember> {
    match account(request)? {
        Account::Staff(member) => Ok(member),
        Account::Person(_) => Err(AppError::Forbidden),
    }
}

fn staff_in(request: &HttpRequest, roles: &[Role]) -> AppResult<StaffMember> {
    staff(request).and_then(|member| {
        if roles.contains(&member.role) {
            Ok(member)
        } else {
            Err(AppError::Forbidden)
        }
    })
}

macro_rules! extractor {
    ($name:ident, $from:expr) => {
        impl FromRequest for $name {
            type Error = AppError;
            type Future = Ready<AppResult<$name>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready($from(request))
            }
        }
    };
}

extractor!(Account, account);
extractor!(Person, person);
extractor!(StaffMember, staff);
extractor!(CaseWorker, |request| staff_in(
    request,
    &[Role::Agent, Role::Supervisor]
)
.map(CaseWorker));
extractor!(CaseReader, |request| {
    staff_in(request, &[Role::Agent, Role::Supervisor, Role::Auditor]).map(CaseReader)
});
extractor!(Supervisor, |request| staff_in(request, &[Role::Supervisor])
    .map(Supervisor));
extractor!(Auditor, |request| staff_in(
    request,
    &[Role::Auditor, Role::Admin]
)
.map(Auditor));
extractor!(Overseer, |request| {
    staff_in(request, &[Role::Supervisor, Role::Auditor, Role::Admin]).map(Overseer)
});
extractor!(Mender, |request| {
    staff_in(request, &[Role::Agent, Role::Supervisor, Role::Admin]).map(Mender)
});
extractor!(Admin, |request| staff_in(request, &[Role::Admin])
    .map(Admin));

macro_rules! is_a {
    ($name:ident, $target:ident) => {
        impl Deref for $name {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.0
            }
        }
    };
}

is_a!(FreshPerson, Person);
is_a!(CaseWorker, StaffMember);
is_a!(CaseReader, StaffMember);
is_a!(Supervisor, StaffMember);
is_a!(Auditor, StaffMember);
is_a!(Overseer, StaffMember);
is_a!(Mender, StaffMember);
is_a!(Admin, StaffMember);
