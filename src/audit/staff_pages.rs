//! The log as auditors and admins read it.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::chain::StoredEvent;
use super::queries::{self, Filters, LastLook};
use crate::accounts::guard::Auditor;
use crate::app::App;
use crate::error::AppResult;
use crate::web::{Page, html, paging, words};

const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "staff/audit.html")]
struct AuditPage {
    page: Page,
    filters: Filters,
    look: Option<LastLook>,
    events: Vec<StoredEvent>,
    names: HashMap<i64, String>,
    newer: Option<String>,
    older: Option<String>,
}

impl AuditPage {
    fn is_filtered(&self) -> bool {
        address(&self.filters, None) != address(&Filters::default(), None)
    }

    /// The page with one filter alone.
    fn only(name: &str, value: &str) -> String {
        let query = Serializer::new(String::new())
            .append_pair(name, value)
            .finish();
        format!("/staff/audit?{query}")
    }

    fn actor(&self, event: &StoredEvent) -> String {
        let staff = event.actor.strip_prefix("staff:");
        match staff.and_then(|id| self.names.get(&id.parse().ok()?)) {
            Some(name) => format!("{name} (staff)"),
            None if event.actor.starts_with("person:") => "The person".to_owned(),
            None if event.actor == "system" => "Candor".to_owned(),
            None if event.actor == "visitor" => "A visitor".to_owned(),
            None => event.actor.clone(),
        }
    }

    /// Facts of an event as `name: value` pairs.
    fn facts(event: &StoredEvent) -> Vec<(String, String)> {
        let Ok(Value::Object(facts)) = serde_json::from_str(&event.detail) else {
            return Vec::new();
        };
        let facts = facts.into_iter().filter(|(_, value)| !value.is_null());
        facts
            .map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect()
    }
}

fn address(filters: &Filters, before: Option<i64>) -> String {
    let mut query = Serializer::new(String::new());
    for (name, value) in [
        ("action", &filters.action),
        ("object", &filters.object),
        ("person", &filters.person),
    ] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(before) = before {
        query.append_pair("before", &before.to_string());
    }
    format!("/staff/audit?{}", query.finish())
}

/// Events, newest first, as the filters in the address say; and what the last nightly look found.
pub async fn index(
    _: Auditor,
    app: App,
    page: Page,
    filters: web::Query<Filters>,
) -> AppResult<HttpResponse> {
    let filters = trimmed(filters.into_inner());
    let asked = filters.clone();
    let found = app.db.read(move |conn| {
        let events = queries::list(conn, &asked, paging::one_more(ON_A_PAGE))?;
        let staff = events
            .iter()
            .filter_map(|event| event.actor.strip_prefix("staff:")?.parse().ok());
        let names = queries::staff_names(conn, staff.collect())?;
        Ok((events, names, queries::last_look(conn)?))
    });
    let (mut events, names, look) = found.await?;
    let last = paging::cut(&mut events, ON_A_PAGE);
    let older = last.map(|event| address(&filters, Some(event.id)));
    let newer = filters.before.map(|_| address(&filters, None));
    let index = AuditPage {
        page,
        filters,
        look,
        events,
        names,
        newer,
        older,
    };
    html(StatusCode::OK, &index)
}

fn trimmed(filters: Filters) -> Filters {
    let trim = |text: String| text.trim().to_owned();
    Filters {
        action: trim(filters.action),
        object: trim(filters.object),
        person: trim(filters.person),
        before: filters.before,
    }
}
