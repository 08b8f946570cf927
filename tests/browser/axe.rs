//! Every page for everybody: axe-core finds no fault, and nothing is cut off on a narrow screen.

use candor::accounts::model::Role;
use candor::routes::Who;
use chrono::TimeDelta;
use serde_json::json;

use super::driver::{Browser, Scripts};
use super::{hire, is_wanted};
use crate::scene::{ROUTES, Route, Sample, Scene, Seen, Whose};
use crate::support::{Actor, TestApp};

/// From <https://www.npmjs.com/package/axe-core>, with its licence beside it.
const AXE: &str = include_str!("vendor/axe-core/axe.min.js");

/// In the dark scheme only colours differ, so only their rules are asked again.
///
/// Answers with a line for each violation, and with how far the page is wider than the screen.
const LOOK: &str = r"
    const answer = arguments[arguments.length - 1];
    const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const tags = isDark ? ['cat.color'] : everything;
    const told = (found) => found.violations.flatMap((violation) => violation.nodes.map((node) =>
        `${violation.id}: ${node.html.slice(0, 160)} [${node.failureSummary.replace(/\s+/g, ' ')}]`));
    axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(
        (found) => answer({
            faults: told(found),
            excess: document.documentElement.scrollWidth - innerWidth,
            wide: [...document.querySelectorAll('main *')]
                .filter((it) => it.getBoundingClientRect().right > innerWidth + 1)
                .slice(0, 3).map((it) => it.outerHTML.slice(0, 120)),
        }),
        (error) => answer({faults: [String(error)], excess: 0, wide: []}));
";

/// Sends the first form of a page that the server checks, with nothing typed; whether there is one.
const SEND_EMPTY: &str = r"
    const answer = arguments[arguments.length - 1];
    const form = document.querySelector('main form[method=post][novalidate]');
    if (form === null) { answer(false); return; }
    for (const it of form.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (['checkbox', 'radio'].includes(it.type)) { it.checked = false; } else { it.value = ''; }
    }
    answer(true);
    form.submit();
";

/// So many forms at least come back with what is wrong.
const REFUSED_FORMS: usize = 20;

/// A page and the session that sees it.
struct View {
    name: String,
    path: String,
    cookie: Option<String>,
}

/// Everybody who looks.
struct Viewers {
    person: Actor,
    stale: Actor,
    supervisor: Actor,
    auditor: Actor,
    admin: Actor,
    asking: Actor,
    between: Actor,
    new: Actor,
}

impl Viewers {
    async fn come(scene: &Scene, stale: Actor) -> Self {
        let app = &scene.app;
        let (asking, between, new) = (app.visitor(), app.visitor(), app.visitor());
        asking
            .post("/sign-in", &[("email", "ada@example.org")])
            .await
            .location();
        let supervisor = app.staff("ruth", Role::Supervisor).await;
        let admin = app.staff("samir", Role::Admin).await;
        app.sign_in_by_mail(&new, "ruth@staff.example.org").await;
        hire(app, "tess", Role::Agent).await;
        app.sign_in_by_mail(&between, "tess@staff.example.org")
            .await;
        Viewers {
            person: app.visitor_with_session(&scene.maya.session_cookie().unwrap()),
            stale,
            supervisor,
            auditor: app.staff("ingrid", Role::Auditor).await,
            admin,
            asking,
            between,
            new,
        }
    }

    /// Who sees that page; a page for everybody is seen by a visitor and by a person.
    fn of(&self, route: &Route, seen: Seen) -> Vec<Option<&Actor>> {
        match (seen, route.who) {
            (Seen::SignedOut, _) => vec![None],
            (Seen::LongAgo, _) => vec![Some(&self.stale)],
            (Seen::WithCodeAsked, _) => vec![Some(&self.asking)],
            (Seen::BetweenFactors, _) => vec![Some(&self.between)],
            (Seen::BeforeSetUp, _) => vec![Some(&self.new)],
            (Seen::AsUsual, Who::Anyone) if route.whose == Whose::Common => {
                vec![None, Some(&self.person)]
            }
            (Seen::AsUsual, Who::Account) => vec![Some(&self.person), Some(&self.supervisor)],
            (Seen::AsUsual, Who::Person | Who::Anyone) => vec![Some(&self.person)],
            (Seen::AsUsual, Who::Auditor) => vec![Some(&self.auditor)],
            (Seen::AsUsual, Who::Admin) => vec![Some(&self.admin)],
            (Seen::AsUsual, _) => vec![Some(&self.supervisor)],
        }
    }
}

fn views(scene: &Scene, viewers: &Viewers) -> Vec<View> {
    let mut views = Vec::new();
    for route in ROUTES {
        let Sample::Page(seen) = route.how else {
            continue;
        };
        for actor in viewers.of(route, seen) {
            views.push(View {
                name: route.pattern.to_owned(),
                path: scene.address(route.sample),
                cookie: actor.and_then(Actor::session_cookie),
            });
        }
    }
    let person = viewers.person.session_cookie();
    let staff = viewers.supervisor.session_cookie();
    for (path, cookie) in [
        ("/no/such/page", None),
        ("/staff/members", person),
        ("/staff/requests/{deletion}", staff),
    ] {
        views.push(View {
            name: path.to_owned(),
            path: scene.address(path),
            cookie,
        });
    }
    views
}

/// Looks at the page that is open, at two widths and in two colour schemes.
async fn look(browser: &Browser, name: &str, faults: &mut Vec<String>) {
    for (width, scheme) in [
        (1280, "light"),
        (1280, "dark"),
        (320, "light"),
        (320, "dark"),
    ] {
        let screen =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        browser
            .devtools("Emulation.setDeviceMetricsOverride", screen)
            .await;
        let media = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        browser.devtools("Emulation.setEmulatedMedia", media).await;
        let found = browser.run(LOOK).await;
        let listed = found["faults"].as_array().unwrap().iter();
        faults.extend(
            listed.map(|it| format!("{name} at {width} {scheme}: {}", it.as_str().unwrap())),
        );
        if found["excess"].as_i64() > Some(0) {
            faults.push(format!(
                "{name} at {width} is too wide by {}: {}",
                found["excess"], found["wide"]
            ));
        }
    }
}

/// The portal in use, whoever looks at it, and a browser.
async fn open() -> (Scene, Viewers, Browser) {
    let app = TestApp::start_demo_with_archive();
    let stale = app.person("tom").await;
    app.app.clock.advance(TimeDelta::minutes(11));
    let scene = Scene::set(app).await;
    let viewers = Viewers::come(&scene, stale).await;
    let browser = Browser::open(scene.app.address(), Scripts::On).await;
    (scene, viewers, browser)
}

/// Looks at the page that is open with axe.
async fn look_with_axe(browser: &Browser, name: &str, faults: &mut Vec<String>) {
    browser
        .run(&format!("{AXE}; arguments[arguments.length - 1]()"))
        .await;
    look(browser, name, faults).await;
}

fn assert_none(faults: &[String]) {
    let count = faults.len();
    assert!(faults.is_empty(), "{count} faults:\n{}", faults.join("\n"));
}

/// Rule: U2, 11 CCR 7003.
#[actix_web::test]
async fn a_form_that_comes_back_with_what_is_wrong_is_as_accessible() {
    if !is_wanted() {
        return;
    }
    let (scene, viewers, browser) = open().await;
    let (mut faults, mut refused) = (Vec::new(), 0);
    for view in views(&scene, &viewers) {
        browser.be(view.cookie.as_deref()).await;
        browser.go(&view.path).await;
        if browser.run(SEND_EMPTY).await != json!(true) {
            continue;
        }
        let summary = browser.find("//*[@id='error-summary-title']").await;
        if summary.is_empty() {
            continue;
        }
        refused += 1;
        look_with_axe(&browser, &format!("{}, sent empty", view.name), &mut faults).await;
    }
    assert!(refused >= REFUSED_FORMS, "only {refused} forms came back");
    assert_none(&faults);
}

/// Rule: U2, 11 CCR 7003.
#[actix_web::test]
async fn every_page_is_accessible_wide_and_narrow_light_and_dark() {
    if !is_wanted() {
        return;
    }
    let (scene, viewers, browser) = open().await;
    let mut faults = Vec::new();
    for view in views(&scene, &viewers) {
        browser.be(view.cookie.as_deref()).await;
        browser.go(&view.path).await;
        let reached = browser.path().await;
        if reached != view.path {
            faults.push(format!("{} leads to {reached}", view.name));
            continue;
        }
        look_with_axe(&browser, &view.name, &mut faults).await;
    }
    assert_none(&faults);
}
