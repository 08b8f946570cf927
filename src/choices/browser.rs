//! A browser that has opted out without an account: a first-party cookie with a random pseudonym.
//!
//! The cookie also says which choices were recorded under the pseudonym, under a keyed hash, so that a page
//! need not ask the database about a browser that has opted out already; and when each was made there last.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDateTime, TimeDelta};

use super::model::Subject;
use super::refusable::{AUTOMATED_DECISIONS, LIMIT_SENSITIVE, SALE_OR_SHARING};
use crate::app::App;
use crate::error::AppResult;
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
    made: Vec<Made>,
}

/// A choice that was made in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Made {
    letter: char,
    /// When it was made here last; not known of cookies of older versions.
    at: Option<NaiveDateTime>,
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
            made: Vec::new(),
        }
    }

    /// Whether nothing can be on record of it: a cookie is set with the first choice.
    pub fn is_new(&self) -> bool {
        self.made.is_empty()
    }

    /// Whose choices these are. The time of the token stands before its hash, so that new rows stand together.
    pub fn subject(&self, keys: &Keys) -> Subject {
        let hash = keys.hash("browser", self.token.as_bytes());
        Subject::Browser(format!("{}{hash}", time_of_token(&self.token)))
    }

    /// Whether an opt-out under this key was recorded.
    pub fn has_opted_out_of(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// Whether somebody opted out of it here after that moment, again perhaps.
    pub fn has_opted_out_since(&self, key: &str, moment: NaiveDateTime) -> bool {
        self.find(key)
            .and_then(|it| it.at)
            .is_some_and(|at| at > moment)
    }

    fn find(&self, key: &str) -> Option<Made> {
        let (letter, _) = LETTERS.iter().find(|(_, known)| *known == key)?;
        let mut made = self.made.iter();
        made.find(|it| it.letter == *letter).copied()
    }

    /// Whether its cookie was first set so long ago that it is to begin anew.
    pub fn is_to_be_renewed(&self, now: NaiveDateTime) -> bool {
        *time_of_token(&self.token) < *in_order(now - YOUNG)
    }

    /// The browser after these opt-outs were made in it.
    #[must_use]
    pub fn with<K: AsRef<str>>(self, opted_out: &[K], now: NaiveDateTime) -> Browser {
        let made = LETTERS.iter().filter_map(|(letter, key)| {
            let made_now = Made {
                letter: *letter,
                at: Some(now),
            };
            let is_made_now = opted_out.iter().any(|it| it.as_ref() == *key);
            is_made_now.then_some(made_now).or_else(|| self.find(key))
        });
        Browser {
            made: made.collect(),
            ..self
        }
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

    /// Has the browser keep it with this answer.
    pub fn keep_in(&self, answer: &mut HttpResponse, app: &App) -> AppResult<()> {
        let added = answer.add_cookie(&self.cookie(app));
        Ok(added.map_err(anyhow::Error::from)?)
    }

    /// The token, then each letter with its time in microseconds since 1970.
    fn content(&self) -> String {
        let mut content = format!("{}.", self.token);
        for made in &self.made {
            content.push(made.letter);
            if let Some(at) = made.at {
                content.push_str(&at.and_utc().timestamp_micros().to_string());
            }
        }
        content
    }

    fn read(value: &str, keys: &Keys) -> Option<Browser> {
        let (content, hash) = value.rsplit_once('.')?;
        if !keys.hash_matches("browser cookie", content.as_bytes(), hash) {
            return None;
        }
        let (token, made) = content.split_once('.')?;
        let starts = made.char_indices().filter(|(_, it)| it.is_alphabetic());
        let made = starts.map(|(at, letter)| {
            let mut digits = made[at + letter.len_utf8()..].split(char::is_alphabetic);
            let micros = digits.next().and_then(|it| it.parse().ok());
            let at = micros.and_then(DateTime::from_timestamp_micros);
            let at = at.map(|it| it.naive_utc());
            Made { letter, at }
        });
        Some(Browser {
            token: token.to_owned(),
            made: made.collect(),
        })
    }
}
