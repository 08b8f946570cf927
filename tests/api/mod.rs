//! What programs of the organisation ask.

mod answers;
mod description;
mod feed;
mod gate;
mod tokens;

use candor::accounts::model::IdentityKind;
use candor::accounts::queries::identity_hash;
use candor::api::model::{NewToken, Scope};
use candor::api::queries;
use candor::audit::Actor;
use chrono::TimeDelta;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::support::TestApp;

/// A system with a token.
pub struct Program {
    client: reqwest::Client,
    base: String,
    pub secret: String,
}

/// What it is answered.
pub struct Reply {
    pub status: u16,
    headers: HeaderMap,
    pub json: Value,
}

impl Program {
    /// With a token that is good for a day.
    pub async fn of(app: &TestApp) -> Self {
        Self::with_scope(app, Scope::ReadChoices).await
    }

    /// With a token for that.
    pub async fn with_scope(app: &TestApp, scope: Scope) -> Self {
        Self::with_scopes(app, vec![scope], None).await
    }

    /// With a token for everything, notices of that recipient among it.
    pub async fn with_every_scope(app: &TestApp, recipient: &str) -> Self {
        Self::with_scopes(app, Scope::ALL.to_vec(), Some(recipient.to_owned())).await
    }

    async fn with_scopes(app: &TestApp, scopes: Vec<Scope>, recipient: Option<String>) -> Self {
        let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
        let new = NewToken {
            name: "The shop".to_owned(),
            scopes,
            recipient,
            expires_at: now + TimeDelta::days(1),
        };
        let made = app
            .app
            .db
            .write(move |conn| queries::make(conn, &keys, Actor::System, &new, now));
        Self::with(app, &made.await.unwrap())
    }

    pub fn with(app: &TestApp, secret: &str) -> Self {
        Program {
            client: reqwest::Client::new(),
            base: format!("{}/api/v1", app.address()),
            secret: secret.to_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.client.get(format!("{}{path}", self.base)))
            .await
    }

    /// The status alone.
    pub async fn head(&self, path: &str) -> u16 {
        let request = self.client.head(format!("{}{path}", self.base));
        self.send(request).await.status
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        let request = self.client.post(format!("{}{path}", self.base));
        self.send(request.json(body)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let answer = request.bearer_auth(&self.secret).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Reply {
            status,
            headers,
            json,
        }
    }
}

/// The keyed hash of an e-mail address.
pub fn hash_of(app: &TestApp, email: &str) -> String {
    identity_hash(&app.app.keys, IdentityKind::Email, email)
}

/// How one choice stands in an answer.
fn state_of<'a>(choices: &'a Value, key: &str) -> &'a Value {
    let all = choices["choices"].as_array().unwrap().iter();
    all.clone().find(|it| it["activity"] == key).unwrap()
}
