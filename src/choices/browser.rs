//! A browser that has opted out without an account: a first-party cookie with a random pseudonym.
//!
//! The cookie also says which choices were recorded under the pseudonym, under a keyed hash, so that a page
//! need not ask the database about a browser that has opted out already.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest};
use chrono::{NaiveDateTime, TimeDelta};

use super::model::Subject;
use super::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, SALE_OR_SHARING};
use crate::app::App;
use crate::keys::{Keys, in_order, time_of_token, token_in_order};

/// The cookie's name.
pub const COOKIE: &str = "candor_browser";

/// 13 months.
const LASTS: Duration = Duration::days(395);

/// After so many days the cookie begins anew with each page: no opt-out ends while the browser is in use.
const YOUNG: TimeDelta = TimeDelta::days(30);

/// Each choice that a browser can make, with its letter in the cookie.
const LETTERS: [(char, &str); 3] = [
    ('s', SALE_OR_SHARING),
    ('l', LIMIT_SENSITIVE),
    ('m', AUTOMATED_DECISIONS),
];

/// A browser's pseudonym and what it has opted out of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Browser {
    token: String,
    letters: String,
}

impl Browser {
    /// The browser of a request, if it has opted out before. A cookie that is not ours counts as none.
    pub fn of(request: &HttpRequest, keys: &Keys) -> Option<Browser> {
        if let Some(browser) = request.extensions().get::<Browser>() {
            return Some(browser.clone());
        }
        Browser::read(request.cookie(COOKIE)?.value(), keys)
    }

    /// The same, or one without any choice yet.
    pub fn of_or_new(request: &HttpRequest, app: &App) -> Browser {
        Browser::of(request, &app.keys).unwrap_or_else(|| Browser::new(app.clock.now()))
    }

    /// A browser without any choice yet.
    pub fn new(now: NaiveDateTime) -> Browser {
        Browser {
            token: token_in_order(now),
            letters: String::new(),
        }
    }

    /// Whether nothing can be on record of it: a cookie is set with the first choice.
    pub fn is_new(&self) -> bool {
        self.letters.is_empty()
    }

    /// Whose choices these are. The time of the token stands before its hash, so that new rows stand together.
    pub fn subject(&self, keys: &Keys) -> Subject {
        let hash = keys.hash("browser", self.token.as_bytes());
        Subject::Browser(format!("{}{hash}", time_of_token(&self.token)))
    }

    /// Whether an opt-out under this key was recorded.
    pub fn has_opted_out_of(&self, key: &str) -> bool {
        LETTERS
            .iter()
            .any(|(letter, known)| *known == key && self.letters.contains(*letter))
    }

    /// Whether its cookie was first set so long ago that it is to begin anew.
    pub fn is_to_be_renewed(&self, now: NaiveDateTime) -> bool {
        *time_of_token(&self.token) < *in_order(now - YOUNG)
    }

    /// The browser after these opt-outs were recorded.
    #[must_use]
    pub fn with<K: AsRef<str>>(self, opted_out: &[K]) -> Browser {
        let letters = LETTERS.iter().filter(|(_, key)| {
            self.has_opted_out_of(key) || opted_out.iter().any(|it| it.as_ref() == *key)
        });
        let letters = letters.map(|(letter, _)| letter).collect();
        Browser { letters, ..self }
    }

    /// The cookie that makes the browser known again.
    pub fn cookie(&self, app: &App) -> Cookie<'static> {
        let content = self.content();
        let value = format!(
            "{content}.{}",
            app.keys.hash("browser cookie", content.as_bytes())
        );
        Cookie::build(COOKIE, value)
            .path("/")
            .max_age(LASTS)
            .http_only(true)
            .secure(app.site.base_url.scheme() == "https")
            .same_site(SameSite::Lax)
            .finish()
    }

    fn content(&self) -> String {
        format!("{}.{}", self.token, self.letters)
    }

    fn read(value: &str, keys: &Keys) -> Option<Browser> {
        let (content, hash) = value.rsplit_once('.')?;
        if !keys.hash_matches("browser cookie", content.as_bytes(), hash) {
            return None;
        }
        let (token, letters) = content.split_once('.')?;
        Some(Browser {
            token: token.to_owned(),
            letters: letters.to_owned(),
        })
    }
}
