//! Every route for programs and for agents' programs, for every role: a session opens nothing there, and neither does the
//! token of the other interface.

use candor::accounts::model::Role;
use candor::routes::{self, Who};
use reqwest::Method;

use crate::api::Program;
use crate::drp::Agent;
use crate::support::{Actor, TestApp};

/// A route, where it stands, and a sample of its address.
struct Door {
    who: Who,
    method: Method,
    path: String,
}

fn doors() -> Vec<Door> {
    let api = routes::API.iter().map(|it| ("/api/v1", it));
    let drp = routes::DRP.iter().map(|it| ("/drp/v1", it));
    let door = |(base, (who, method, pattern)): (&str, &(Who, &str, &str))| Door {
        who: *who,
        method: method.to_uppercase().parse().unwrap(),
        path: format!("{base}{pattern}")
            .replace("{identity_type}", "email")
            .replace("{hash}", &"0".repeat(64))
            .replace("{agent_id}", "one")
            .replace("{id}", "00000000-0000-4000-8000-000000000000"),
    };
    api.chain(drp).map(door).collect()
}

/// What somebody is answered who comes with that header.
async fn knock(app: &TestApp, door: &Door, header: Option<(&str, &str)>) -> u16 {
    let url = format!("{}{}", app.address(), door.path);
    let mut request = reqwest::Client::new().request(door.method.clone(), url);
    request = request.header("sec-fetch-site", "same-origin").body("{}");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.send().await.unwrap().status().as_u16()
}

async fn callers(app: &TestApp) -> Vec<(String, Option<Actor>)> {
    let mut callers = vec![
        ("a visitor".to_owned(), None),
        ("a person".to_owned(), Some(app.person("ada").await)),
    ];
    for role in [Role::Agent, Role::Supervisor, Role::Auditor, Role::Admin] {
        let member = app.staff(&format!("new {role}"), role).await;
        callers.push((role.to_string(), Some(member)));
    }
    callers
}

#[actix_web::test]
async fn no_session_of_any_role_opens_a_door_that_is_for_programs() {
    let app = TestApp::start();
    let mut faults = Vec::new();
    for (name, caller) in callers(&app).await {
        let cookie = caller.and_then(|it| it.session_cookie());
        let cookie = cookie.map(|it| format!("candor={it}"));
        let header = cookie.as_deref().map(|it| ("cookie", it));
        for door in doors() {
            let status = knock(&app, &door, header).await;
            // Who pairs an agent shows that by a signature.
            let is_right = match (door.who, &door.method) {
                (Who::Anyone, &Method::GET) => status == 200,
                (Who::Anyone, _) => (400..=403).contains(&status),
                _ => status == 401,
            };
            if !is_right {
                faults.push(format!(
                    "{} {} for {name}: {status}",
                    door.method, door.path
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn the_token_of_a_program_opens_nothing_of_agents_and_theirs_nothing_of_programs() {
    let app = TestApp::start();
    let (program, agent) = (Program::of(&app).await, Agent::paired(&app, "one").await);
    let mut faults = Vec::new();
    for door in doors().into_iter().filter(|it| it.who == Who::Token) {
        let foreign = if door.path.starts_with("/api") {
            &agent.token
        } else {
            &program.secret
        };
        let bearer = format!("Bearer {foreign}");
        let status = knock(&app, &door, Some(("authorization", &bearer))).await;
        if !matches!(status, 401 | 403) {
            faults.push(format!("{} {}: {status}", door.method, door.path));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
