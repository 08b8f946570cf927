//! Who may call: a handler takes one of these as a parameter, or anybody may call it.
//!
//! They read the session alone, which was loaded from the database with this request. Whatever changes what
//! an account may do (a role, an end) ends its sessions.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::model::Role;
use crate::app::App;
use crate::error::{AppError, AppResult};

/// The session's key under which the account stands. `session_store` reads it too.
pub(super) const ACCOUNT: &str = "account";

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

    /// Signs in: from here on the session is the account's, under a new token.
    pub fn enter(&self, session: &Session) -> AppResult<()> {
        session.renew();
        Ok(session.insert(ACCOUNT, self)?)
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

/// Staff who approve deletions and denials.
#[derive(Debug, Clone)]
pub struct Supervisor(StaffMember);

/// Staff who read the audit log: auditors and admins.
#[derive(Debug, Clone)]
pub struct Auditor(StaffMember);

/// Staff who manage staff and policy.
#[derive(Debug, Clone)]
pub struct Admin(StaffMember);

fn person(request: &HttpRequest) -> AppResult<Person> {
    match Account::of(&request.get_session())? {
        Some(Account::Person(person)) => Ok(person),
        Some(Account::Staff(_)) => Err(AppError::Forbidden),
        None => Err(AppError::SignInRequired),
    }
}

fn fresh_person(request: &HttpRequest) -> AppResult<FreshPerson> {
    let person = person(request)?;
    let now = App::extract(request).into_inner()?.clock.now();
    if now - person.confirmed_at > STEP_UP_LASTS {
        return Err(AppError::StepUpRequired);
    }
    Ok(FreshPerson(person))
}

fn staff(request: &HttpRequest) -> AppResult<StaffMember> {
    match Account::of(&request.get_session())? {
        Some(Account::Staff(member)) => Ok(member),
        Some(Account::Person(_)) => Err(AppError::Forbidden),
        None => Err(AppError::SignInRequired),
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

extractor!(Person, person);
extractor!(FreshPerson, fresh_person);
extractor!(StaffMember, staff);
extractor!(CaseWorker, |request| staff_in(
    request,
    &[Role::Agent, Role::Supervisor]
)
.map(CaseWorker));
extractor!(Supervisor, |request| staff_in(request, &[Role::Supervisor])
    .map(Supervisor));
extractor!(Auditor, |request| staff_in(
    request,
    &[Role::Auditor, Role::Admin]
)
.map(Auditor));
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
is_a!(Supervisor, StaffMember);
is_a!(Auditor, StaffMember);
is_a!(Admin, StaffMember);
