//! The desk by keyboard alone: everything can be reached and seen to be reached, nothing traps, and a request is
//! found and decided without a mouse.

use candor::accounts::model::Role;
use candor::routes::Who;
use serde_json::Value;

use super::driver::{Browser, Scripts};
use super::is_wanted;
use crate::scene::{ROUTES, Sample, Scene};
use crate::support::{Actor, TestApp};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";

/// Numbers what the Tab key must reach; of radio buttons with one name it reaches one. Answers with how many.
const NUMBER: &str = r#"
    const answer = arguments[arguments.length - 1];
    const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    const groups = new Set();
    let count = 0;
    for (const it of document.querySelectorAll(all)) {
        if (!it.checkVisibility() || it.disabled) continue;
        if (it.type === 'radio') {
            const group = `${it.form?.action} ${it.name}`;
            if (groups.has(group)) continue;
            groups.add(group);
            const same = [...document.querySelectorAll('input[type=radio]')]
                .filter((one) => one.name === it.name && one.form === it.form);
            for (const one of same) one.dataset.walk = count;
        }
        it.dataset.walk = count++;
    }
    document.activeElement.blur();
    answer(count);"#;

/// The number of what has the focus, its name, and whether the focus can be seen. Inside a field for a date the browser
/// itself marks which part has it.
const FOCUS: &str = r"
    const answer = arguments[arguments.length - 1];
    const it = document.activeElement;
    const look = getComputedStyle(it);
    const name = it.labels?.[0]?.innerText || it.ariaLabel || it.innerText || it.value || '';
    answer({
        walk: it.dataset.walk === undefined ? -1 : Number(it.dataset.walk),
        name: name.replace(/\s+/g, ' ').trim(),
        seen: it.type === 'date' || look.outlineStyle !== 'none' || look.boxShadow !== 'none',
    });";

/// Walks through the page with the Tab key; what is wrong with it.
async fn walk_through(browser: &Browser, path: &str, faults: &mut Vec<String>) {
    browser.go(path).await;
    let count = browser.run(NUMBER).await.as_i64().unwrap();
    let mut reached = std::collections::BTreeSet::new();
    // A field for a date takes the key four times.
    for _ in 0..count + 9 {
        browser.key(TAB).await;
        let focus = browser.run(FOCUS).await;
        let at = focus["walk"].as_i64().unwrap();
        if at < 0 {
            continue;
        }
        if focus["seen"] != Value::Bool(true) {
            faults.push(format!(
                "{path}: the focus on {} is not seen",
                focus["name"]
            ));
        }
        reached.insert(at);
    }
    let missing = (0..count).filter(|it| !reached.contains(it)).count();
    if missing > 0 {
        faults.push(format!("{path}: {missing} of {count} are not reached"));
    }
}

/// Goes on with the Tab key to what has that name.
async fn tab_to(browser: &Browser, name: &str) {
    for _ in 0..200 {
        browser.key(TAB).await;
        let focus = browser.run(FOCUS).await;
        if focus["name"].as_str().unwrap().contains(name) {
            return;
        }
    }
    panic!("{} has no {name}", browser.path().await);
}

/// Presses Enter, and waits until another page has come.
async fn enter(browser: &Browser) {
    let before = browser.find("/html").await;
    browser.key(ENTER).await;
    for _ in 0..200 {
        let now = browser.find("/html").await;
        if !now.is_empty() && now != before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("Enter leads nowhere from {}", browser.path().await);
}

fn viewer<'a>(who: Who, supervisor: &'a Actor, admin: &'a Actor) -> &'a Actor {
    match who {
        Who::Admin | Who::Auditor => admin,
        _ => supervisor,
    }
}

#[actix_web::test]
async fn every_page_of_the_desk_is_walked_through_with_the_tab_key() {
    if !is_wanted() {
        return;
    }
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let supervisor = scene.app.staff("ruth", Role::Supervisor).await;
    let admin = scene.app.staff("samir", Role::Admin).await;
    let browser = Browser::open(scene.app.address(), Scripts::On).await;
    let mut faults = Vec::new();
    let of_the_desk = ROUTES.iter().filter(|it| it.pattern.starts_with("/staff"));
    let mut walked = 0;
    for route in of_the_desk.filter(|it| matches!(it.how, Sample::Page(_))) {
        let who = viewer(route.who, &supervisor, &admin);
        browser.be(who.session_cookie().as_deref()).await;
        walk_through(&browser, &scene.address(route.sample), &mut faults).await;
        walked += 1;
    }
    assert!(walked > 15, "only {walked} pages");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[actix_web::test]
async fn a_request_is_found_read_and_decided_with_the_keyboard_alone() {
    if !is_wanted() {
        return;
    }
    let scene = Scene::set(TestApp::start_demo_with_archive()).await;
    let agent = scene.app.staff("ana", Role::Agent).await;
    let browser = Browser::open(scene.app.address(), Scripts::On).await;
    browser.be(agent.session_cookie().as_deref()).await;
    browser.go("/staff/requests").await;
    let reference = scene.address("{correction}");
    tab_to(&browser, "Find a request").await;
    browser.key(&reference.to_lowercase()).await;
    enter(&browser).await;
    assert_eq!(browser.path().await, format!("/staff/requests/{reference}"));

    tab_to(&browser, "Add a note").await;
    browser.key("Looks right to me").await;
    tab_to(&browser, "Add the note").await;
    enter(&browser).await;
    browser.says("Looks right to me").await;
    browser.go(&format!("/staff/requests/{reference}")).await;
    tab_to(&browser, "Accept").await;
    browser.key(SPACE).await;
    tab_to(&browser, "Decide").await;
    enter(&browser).await;
    browser.says("The decision is on record").await;
}
