//! What the layout needs to know of a request.

use std::sync::Arc;

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use chrono::NaiveDateTime;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{assets, navigation, signal, words};
use crate::accounts::guard::Account;
use crate::app::App;
use crate::db::text_enum;
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::leaving;
use crate::register::Register;

const FLASH: &str = "flash";

text_enum! {
    /// How a one-time message is meant.
    pub enum FlashKind {
        /// Something was done.
        Success = "success",
        /// Something to know.
        Notice = "notice",
        /// Something could not be done.
        Error = "error",
    }
}

/// A message that is shown once, on the next page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Flash {
    /// How it is meant.
    pub kind: FlashKind,
    /// One or two sentences.
    pub text: String,
}

impl Flash {
    /// Leaves a message for the next page of this session.
    pub fn leave(session: &Session, kind: FlashKind, text: impl Into<String>) -> AppResult<()> {
        let mut waiting: Vec<Flash> = session.get(FLASH)?.unwrap_or_default();
        waiting.push(Flash {
            kind,
            text: text.into(),
        });
        Ok(session.insert(FLASH, waiting)?)
    }

    /// The text of its kind, for class names.
    pub fn kind_str(&self) -> &'static str {
        self.kind.as_str()
    }
}

/// Who is signed in, as the navigation shows it.
#[derive(Debug, Clone)]
pub struct NavUser {
    /// A person's e-mail address, or a staff member's name.
    pub label: String,
    /// `person`, or the staff role.
    pub role: &'static str,
    /// Whether the desk is theirs.
    pub is_staff: bool,
    /// Path and words of the desk's pages that they may see.
    pub links: Vec<(&'static str, &'static str)>,
}

/// The part of every page's template that the layout shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// The organisation whose portal this is.
    pub organisation: String,
    /// The address for privacy matters.
    pub contact: String,
    /// BCP 47 tag of the page's language.
    pub lang: &'static str,
    /// The path of this page.
    pub path: String,
    /// Who is signed in.
    pub user: Option<NavUser>,
    /// Messages from the step before.
    pub flash: Vec<Flash>,
    /// Whether the browser sends Global Privacy Control.
    pub signal: bool,
    /// What that signal has brought about, in one sentence.
    pub signal_line: Option<String>,
    /// Whether this is a demonstration with invented data.
    pub demo: bool,
    /// What is to be told before some uses begin, as path and words.
    pub notices: Vec<(&'static str, &'static str)>,
    /// In which times are told: of staff the organisation's; of a person where they live, once a page has looked that up.
    pub zone: Tz,
    keys: Arc<Keys>,
}

impl Page {
    /// The page of this request; takes the messages that wait in its session.
    pub fn of(request: &HttpRequest) -> AppResult<Page> {
        let session = request.get_session();
        let flash = session.get(FLASH)?.unwrap_or_default();
        if session.contains_key(FLASH) {
            session.remove(FLASH);
        }
        Ok(Page {
            flash,
            ..Page::without_flash(request)?
        })
    }

    /// The page of this request; messages go on waiting for the next one.
    pub fn without_flash(request: &HttpRequest) -> AppResult<Page> {
        let app = App::extract(request).into_inner()?;
        let user = Account::of(&request.get_session())?.map(|account| nav_user(&app, &account));
        let is_staff = user.as_ref().is_some_and(|it| it.is_staff);
        let signal = signal::is_on(request.headers());
        let line = request.extensions().get::<signal::SignalLine>().copied();
        let empty = Page::empty(&app, request.path());
        Ok(Page {
            user,
            signal,
            signal_line: line.map(|it| it.0.to_owned()),
            zone: if is_staff {
                app.site.time_zone
            } else {
                empty.zone
            },
            ..empty
        })
    }

    /// A page for when there is no session.
    pub fn bare(app: &App, path: &str) -> Page {
        Page::empty(app, path)
    }

    fn empty(app: &App, path: &str) -> Page {
        let site = &app.site;
        Page {
            keys: app.keys.clone(),
            organisation: site.organisation.clone(),
            contact: site.contact.clone(),
            lang: "en",
            path: path.to_owned(),
            user: None,
            flash: Vec::new(),
            signal: false,
            signal_line: None,
            demo: site.demo,
            notices: notices(&app.register),
            zone: app.laws.zone(""),
        }
    }

    /// The page of a person who lives there.
    #[must_use]
    pub fn of_residence(self, app: &App, residence: &str) -> Page {
        let zone = app.laws.zone(residence);
        Page { zone, ..self }
    }

    /// Whose clocks it goes by.
    pub fn place(&self) -> String {
        words::place_of(self.zone)
    }

    /// A moment, as who looks at the page reads it.
    pub fn moment(&self, at: NaiveDateTime) -> String {
        words::moment(at, self.zone)
    }

    /// Whether pages of people are shut to who looks at it: staff have none of their own.
    pub fn is_for_staff(&self) -> bool {
        self.user.as_ref().is_some_and(|it| it.is_staff)
    }

    /// Whether the page is that one, or below it.
    pub fn is_at(&self, path: &str) -> bool {
        self.path
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The path by which people leave for a site of others: a page of ours that says where the link leads.
    pub fn leaving(&self, url: &str) -> String {
        leaving::path(&self.keys, url)
    }

    /// The address of a static file, which changes with its content.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }
}

/// The notices for which the register gives a reason.
fn notices(register: &Register) -> Vec<(&'static str, &'static str)> {
    let uses = &register.activities;
    let offers = uses.iter().any(|it| it.incentive.is_some());
    let machines = uses.iter().any(|it| it.machine.is_some());
    let offers = offers.then_some(("/incentives", "What we offer for your data"));
    let machines = machines.then_some(("/automated-decisions", "Decisions by machines"));
    offers.into_iter().chain(machines).collect()
}

fn nav_user(app: &App, account: &Account) -> NavUser {
    match account {
        Account::Person(person) => NavUser {
            label: person.email.clone(),
            role: "person",
            is_staff: false,
            links: Vec::new(),
        },
        Account::Staff(staff) => NavUser {
            label: staff.name.clone(),
            role: staff.role.as_str(),
            is_staff: true,
            links: navigation::of(staff.role, !app.sources.by_hand().is_empty()).collect(),
        },
    }
}

impl FromRequest for Page {
    type Error = AppError;
    type Future = std::future::Ready<AppResult<Page>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Page::of(request))
    }
}
