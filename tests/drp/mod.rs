//! Authorised agents, program to program.

mod callbacks;
mod conformance;
mod disabled;
mod exercising;
mod pairing;
mod proved;
mod staff;

use candor::accounts::model::Role;
use data_encoding::BASE64;
use ed25519_dalek::{Signer, SigningKey};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

/// An agent that is pinned.
pub struct Agent {
    client: reqwest::Client,
    base: String,
    id: &'static str,
    key: SigningKey,
    pub token: String,
}

/// What it is answered.
pub struct Reply {
    pub status: u16,
    pub text: String,
    pub json: Value,
}

impl Agent {
    /// Pinned by an admin, and paired.
    pub async fn paired(app: &TestApp, id: &'static str) -> Self {
        let mut agent = Agent::pinned(app, id).await;
        let reply = agent.pair(app).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json["token"]
            .as_str()
            .unwrap()
            .clone_into(&mut agent.token);
        agent
    }

    async fn pinned(app: &TestApp, id: &'static str) -> Self {
        let key = SigningKey::from_bytes(&candor::keys::random_bytes());
        let admin = app.staff(&format!("admin-of-{id}"), Role::Admin).await;
        let verify_key = BASE64.encode(key.verifying_key().as_bytes());
        let typed = [
            ("agent_id", id),
            ("name", "Agent Example"),
            ("verify_key", &verify_key),
            ("web_url", "https://agent.example.com"),
        ];
        let pinned = admin.post("/staff/agents/new", &typed).await;
        assert_eq!(pinned.location(), "/staff/agents");
        Agent {
            client: reqwest::Client::new(),
            base: format!("{}/drp/v1", app.address()),
            id,
            key,
            token: String::new(),
        }
    }

    /// What every message says of itself, for fifteen minutes.
    fn claims(&self, app: &TestApp) -> Value {
        let now = app.app.clock.now();
        let at = |minutes| {
            let at = now + chrono::TimeDelta::minutes(minutes);
            at.format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
        };
        json!({
            "agent-id": self.id,
            "business-id": "projobsector",
            "issued-at": at(0),
            "expires-at": at(15),
            "drp.version": "1.0",
        })
    }

    fn message(&self, app: &TestApp, further: &Value) -> Value {
        let mut message = self.claims(app);
        let further = further.as_object().unwrap().clone();
        message.as_object_mut().unwrap().extend(further);
        message
    }

    fn sign(&self, message: &Value) -> String {
        let json = message.to_string();
        let signature = self.key.sign(json.as_bytes()).to_bytes();
        BASE64.encode(&[&signature[..], json.as_bytes()].concat())
    }

    async fn pair(&self, app: &TestApp) -> Reply {
        let body = self.sign(&self.claims(app));
        self.send(Method::POST, &format!("/agent/{}", self.id), Some(body))
            .await
    }

    /// Exercises a right with a signed message.
    pub async fn exercise(&self, app: &TestApp, further: &Value) -> Reply {
        let body = self.sign(&self.message(app, further));
        self.send(Method::POST, "/data-rights-request", Some(body))
            .await
    }

    async fn status(&self, id: &str) -> Reply {
        let path = format!("/data-rights-request/{id}");
        self.send(Method::GET, &path, None).await
    }

    async fn revoke(&self, id: &str) -> Reply {
        let body = self.sign(&json!({ "reason": "It was a mistake." }));
        let path = format!("/data-rights-request/{id}");
        self.send(Method::DELETE, &path, Some(body)).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        let is_delete = method == Method::DELETE;
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        if let Some(body) = body {
            request = request.body(body);
            if !is_delete {
                request = request.header("content-type", "text/plain");
            }
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, text, json }
    }
}

/// The agent's id for what it asked for.
fn id_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json["request_id"].as_str().unwrap().to_owned()
}
