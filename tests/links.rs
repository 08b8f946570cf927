//! Each visitor is shown what they may open: no page of the portal leads anybody to a door that is closed to them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use candor::accounts::model::Role;

use crate::scene::Scene;
use crate::support::{Actor, TestApp};

/// So many pages of one visitor are looked at. Lists of records lead to many of the same kind.
const PAGES: usize = 250;

/// Where somebody begins, who typed the address.
const BEGINNINGS: [&str; 8] = [
    "/",
    "/policy",
    "/insights",
    "/do-not-sell",
    "/receipts/verify",
    "/metrics-report",
    "/request",
    "/account",
];

/// Pages of which a few are as good as all.
fn kind(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let parts = path.split('/').map(|part| {
        let is_name = part.chars().any(|it| it.is_ascii_digit());
        if is_name { "*" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Every link that leads from what this visitor sees to what they may not, with the page where it stands.
async fn closed_doors(visitor: &Actor) -> BTreeSet<(String, String)> {
    let mut waiting: VecDeque<(String, String)> = BEGINNINGS
        .iter()
        .map(|it| ("typed".to_owned(), (*it).to_owned()))
        .collect();
    let mut seen = BTreeSet::new();
    let mut of_kind = BTreeMap::<String, usize>::new();
    let mut closed = BTreeSet::new();
    while let Some((from, path)) = waiting.pop_front() {
        let count = of_kind.entry(kind(&path)).or_default();
        if !seen.insert(path.clone()) || *count >= 4 || seen.len() > PAGES {
            continue;
        }
        *count += 1;
        let answer = visitor.get(&path).await;
        if answer.status == 403 && from != "typed" {
            closed.insert((from, path.clone()));
        }
        let kind = answer.headers.get("content-type");
        let is_html = kind.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
        let is_page = answer.status == 200 && is_html;
        if answer.status == 303 {
            waiting.push_back((path, answer.location().to_owned()));
        } else if is_page {
            for href in answer.page().attributes("a[href^='/']", "href") {
                if !href.starts_with("/leaving") && !href.starts_with("/static") {
                    waiting.push_back((path.clone(), href));
                }
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
    closed
}

#[actix_web::test]
async fn no_link_leads_anybody_to_what_they_may_not_open() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let mut closed = BTreeMap::new();
    for role in [Role::Agent, Role::Supervisor, Role::Auditor, Role::Admin] {
        let member = scene.app.staff(&format!("new {role}"), role).await;
        closed.insert(role.as_str(), closed_doors(&member).await);
    }
    closed.insert("person", closed_doors(&scene.maya).await);
    closed.insert("visitor", closed_doors(&scene.app.visitor()).await);
    closed.retain(|_, doors| !doors.is_empty());
    assert!(closed.is_empty(), "{closed:#?}");
}
