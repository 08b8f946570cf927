//! Every route for every role, with somebody else's things.

use std::collections::BTreeSet;

use candor::accounts::model::Role;
use candor::routes::{self, Who};
use reqwest::multipart::Form;

use crate::scene::{ROUTES, Route, Sample, Scene, Whose};
use crate::support::{Actor, Answer, TestApp};

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Visitor,
    /// Not the one in the scene.
    Person,
    Staff(Role),
}

const CALLERS: [Caller; 6] = [
    Caller::Visitor,
    Caller::Person,
    Caller::Staff(Role::Agent),
    Caller::Staff(Role::Supervisor),
    Caller::Staff(Role::Auditor),
    Caller::Staff(Role::Admin),
];

impl Caller {
    fn may(self, who: Who) -> bool {
        use Role::{Admin, Agent, Auditor, Supervisor};
        let is_one_of =
            |roles: &[Role]| matches!(self, Caller::Staff(role) if roles.contains(&role));
        match who {
            Who::Anyone => true,
            Who::Account => self != Caller::Visitor,
            Who::Person => self == Caller::Person,
            Who::CaseWorker => is_one_of(&[Agent, Supervisor]),
            Who::CaseReader => is_one_of(&[Agent, Supervisor, Auditor]),
            Who::Supervisor => is_one_of(&[Supervisor]),
            Who::Staff => is_one_of(&[Agent, Supervisor, Auditor, Admin]),
            Who::Auditor => is_one_of(&[Auditor, Admin]),
            Who::Overseer => is_one_of(&[Supervisor, Auditor, Admin]),
            Who::Mender => is_one_of(&[Agent, Supervisor, Admin]),
            Who::Admin => is_one_of(&[Admin]),
            Who::Token => false,
        }
    }

    /// A browser of somebody of that role who has done nothing yet.
    async fn come(self, app: &TestApp, number: usize) -> Actor {
        match self {
            Caller::Visitor => app.visitor(),
            Caller::Person => app.person(&format!("stranger-{number}")).await,
            Caller::Staff(role) => {
                app.staff(&format!("{}-{number}", role.as_str()), role)
                    .await
            }
        }
    }
}

async fn call(scene: &Scene, actor: &Actor, route: &Route) -> Answer {
    let address = scene.address(route.sample);
    match route.how {
        Sample::Page(_) | Sample::NoPage(_) => actor.get(&address).await,
        Sample::Form(fields) => actor.post(&address, fields).await,
        Sample::Upload(fields) => {
            let form = fields
                .iter()
                .fold(Form::new(), |form, (name, value)| form.text(*name, *value));
            actor.post_multipart(&address, form).await
        }
    }
}

/// What is wrong with an answer, if anything.
fn fault(route: &Route, caller: Caller, answer: &Answer) -> Option<&'static str> {
    let is_sent_to_sign_in = answer.status == 303
        && answer.headers["location"]
            .to_str()
            .unwrap()
            .starts_with("/sign-in");
    let is_own_sign_in = route.pattern.starts_with("/sign-in");
    if answer.status == 500 {
        return Some("fails");
    }
    if !caller.may(route.who) {
        let is_refused = match caller {
            Caller::Visitor => is_sent_to_sign_in,
            _ => answer.status == 403,
        };
        return (!is_refused).then_some("is not refused");
    }
    if route.whose == Whose::Mayas {
        let may_have_to_sign_in = caller == Caller::Visitor && is_sent_to_sign_in;
        let is_hidden = answer.status == 404 || may_have_to_sign_in;
        return (!is_hidden).then_some("is found by a stranger");
    }
    let is_refused = answer.status == 403 || is_sent_to_sign_in && !is_own_sign_in;
    is_refused.then_some("is refused")
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let routes = routes::ALL.iter().chain(routes::DEMO);
    let built: BTreeSet<_> = routes
        .map(|(who, method, pattern)| (*method, *pattern, format!("{who:?}")))
        .collect();
    let rows: BTreeSet<_> = ROUTES
        .iter()
        .map(|row| (row.method, row.pattern, format!("{:?}", row.who)))
        .collect();
    let says_why = |row: &Route| !matches!(row.how, Sample::NoPage(why) if why.is_empty());
    assert!(ROUTES.iter().all(says_why));
    let without_row: Vec<_> = built.difference(&rows).collect();
    let without_route: Vec<_> = rows.difference(&built).collect();
    assert!(
        without_row.is_empty() && without_route.is_empty(),
        "without a row in tests/scene/table.rs: {without_row:?}; rows without a route: {without_route:?}"
    );
}

#[actix_web::test]
async fn each_route_is_open_to_its_roles_alone_and_nobody_finds_what_is_somebody_elses() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let mut faults = Vec::new();
    for (number, route) in ROUTES.iter().enumerate() {
        for caller in CALLERS {
            let actor = caller.come(&scene.app, number).await;
            let answer = call(&scene, &actor, route).await;
            if let Some(fault) = fault(route, caller, &answer) {
                let (method, pattern, status) = (route.method, route.pattern, answer.status);
                faults.push(format!(
                    "{method} {pattern} {fault}: {caller:?} got {status}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn the_owner_finds_what_nobody_else_does() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let own = ROUTES.iter().filter(|route| route.whose == Whose::Mayas);
    for route in own.filter(|route| route.method == "get") {
        call(&scene, &scene.maya, route).await.page();
    }
}

#[actix_web::test]
async fn no_form_is_taken_from_another_site() {
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let elsewhere = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://elsewhere.example"),
    ];
    for route in ROUTES.iter().filter(|route| route.method == "post") {
        for (name, value) in elsewhere {
            let actor = scene.app.visitor().with_header(name, value);
            let answer = actor
                .post_from_nowhere(&scene.address(route.sample), &[])
                .await;
            assert_eq!(answer.status, 400, "{} with {name}: {value}", route.pattern);
        }
    }
}

/// No page leads there.
#[actix_web::test]
async fn an_address_whose_end_cannot_be_read_is_not_here() {
    let app = TestApp::start();
    let admin = app.staff("ann", Role::Admin).await;
    for path in [
        "/policy/versions?before=soon",
        "/staff/mail?before=x",
        "/staff/audit?before=1.5",
        "/staff/members?after=%00",
    ] {
        let answer = admin.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("This page is not here"));
    }
}
