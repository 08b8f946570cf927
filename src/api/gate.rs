//! Who may come in: what this process remembers of tokens, and how often each has asked.
//!
//! A token is read from the database once in ten seconds, so that one that was taken back is refused that soon, and
//! requests cost nothing for it in between. Whoever has none costs one look by an index each time, and is told to wait after
//! a few. Counts are kept per process: a few processes together may let a few times as much through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::HttpRequest;
use actix_web::http::header;
use chrono::{NaiveDateTime, TimeDelta};

use super::model::{Scope, Token, secret_hash};
use super::queries;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::client_address::{client_address, client_network};

/// So long a token is taken as it was read.
pub const REMEMBERED: TimeDelta = TimeDelta::seconds(10);

/// So often may a token ask in a minute, in each process; a batch counts once for each identity.
pub const REQUESTS_A_MINUTE: u32 = 60_000;

/// The same in a demonstration, whose speed people measure.
const REQUESTS_IN_DEMO: u32 = 100_000_000;

/// So often may a network come without a good token in a minute. It keeps nobody out who has one.
pub const REFUSALS_A_MINUTE: u32 = 60;

/// So many networks are remembered at most.
const NETWORKS: usize = 10_000;

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// What is remembered. One for all threads of the server.
#[derive(Default)]
pub struct Gate {
    tokens: Mutex<HashMap<String, Known>>,
    refused: Mutex<HashMap<String, Count>>,
}

struct Known {
    token: Arc<Token>,
    read_at: NaiveDateTime,
    count: Count,
}

#[derive(Clone, Copy)]
struct Count {
    since: NaiveDateTime,
    hits: u32,
}

impl Count {
    fn none(now: NaiveDateTime) -> Self {
        Count {
            since: now,
            hits: 0,
        }
    }

    /// Counts more; `TooMany` when it is over `most` in this minute.
    fn add(&mut self, hits: u32, most: u32, now: NaiveDateTime) -> AppResult<()> {
        if now - self.since >= MINUTE {
            *self = Count::none(now);
        }
        self.hits = self.hits.saturating_add(hits);
        if self.hits <= most {
            return Ok(());
        }
        let wait = (self.since + MINUTE - now).num_seconds();
        Err(AppError::TooMany(wait.max(1).unsigned_abs()))
    }
}

impl Gate {
    /// Lets a request in whose token is good for that; it counts for so many. Gives the token.
    ///
    /// # Errors
    /// [`AppError::Unauthorized`], [`AppError::Forbidden`] or [`AppError::TooMany`].
    pub async fn admit(
        &self,
        app: &App,
        request: &HttpRequest,
        scope: Scope,
        hits: u32,
    ) -> AppResult<Arc<Token>> {
        let now = app.clock.now();
        let Some(secret) = bearer(request) else {
            return Err(self.refuse(app, request, now));
        };
        let hash = secret_hash(&app.keys, secret);
        if let Some(answer) = self.remembered(app, &hash, scope, hits, now) {
            return answer;
        }
        let looked_for = hash.clone();
        let found = app
            .db
            .read(move |conn| Ok(queries::find(conn, &looked_for)?));
        let Some(token) = found.await?.filter(|it| it.is_good(now)) else {
            return Err(self.refuse(app, request, now));
        };
        let (id, today) = (token.id, now.date());
        if token.last_used_on != Some(today) {
            let noted = app
                .db
                .write(move |conn| Ok(queries::note_use(conn, id, today)?));
            noted.await?;
        }
        self.remember(hash.clone(), token, now);
        self.remembered(app, &hash, scope, hits, now)
            .unwrap_or(Err(AppError::Unauthorized))
    }

    fn remembered(
        &self,
        app: &App,
        hash: &str,
        scope: Scope,
        hits: u32,
        now: NaiveDateTime,
    ) -> Option<AppResult<Arc<Token>>> {
        let mut tokens = locked(&self.tokens);
        let known = tokens.get_mut(hash)?;
        if now - known.read_at >= REMEMBERED || !known.token.is_good(now) {
            return None;
        }
        if !known.token.allows(scope) {
            return Some(Err(AppError::Forbidden));
        }
        let most = if app.site.demo {
            REQUESTS_IN_DEMO
        } else {
            REQUESTS_A_MINUTE
        };
        let counted = known.count.add(hits, most, now);
        Some(counted.map(|()| known.token.clone()))
    }

    fn remember(&self, hash: String, token: Token, now: NaiveDateTime) {
        let mut tokens = locked(&self.tokens);
        let count = tokens.get(&hash).map(|it| it.count);
        let known = Known {
            token: Arc::new(token),
            read_at: now,
            count: count.unwrap_or(Count::none(now)),
        };
        tokens.insert(hash, known);
    }

    /// Counts a refusal and says which.
    fn refuse(&self, app: &App, request: &HttpRequest, now: NaiveDateTime) -> AppError {
        let network = client_network(client_address(request, &app.site));
        let mut refused = locked(&self.refused);
        if refused.len() >= NETWORKS {
            refused.retain(|_, count| now - count.since < MINUTE);
        }
        let count = refused.entry(network).or_insert(Count::none(now));
        match count.add(1, REFUSALS_A_MINUTE, now) {
            Ok(()) => AppError::Unauthorized,
            Err(too_many) => too_many,
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The secret of `Authorization: Bearer …`.
pub fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?;
    let (scheme, secret) = value.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}
