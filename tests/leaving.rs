//! The page before a site of others.

use candor::accounts::model::Role;
use candor::leaving::model::{NewSite, with_parents};
use candor::{demo, leaving};

use crate::support::TestApp;

const COURSE: &str = "https://jobs.learning.projobsector.com/course?id=7&x=ü";

async fn portal() -> TestApp {
    let app = TestApp::start();
    let now = app.app.clock.now();
    let added = app
        .app
        .db
        .write(move |conn| demo::sites::add_all(conn, now));
    added.await.unwrap();
    app
}

#[actix_web::test]
async fn it_names_the_site_and_its_policy_and_waits_for_a_click() {
    let app = portal().await;
    let page = app
        .visitor()
        .get(&leaving::path(&app.app.keys, COURSE))
        .await;

    let page = page.page();
    assert!(!page.headers.contains_key("refresh"));
    assert!(page.texts("meta[http-equiv]").is_empty());
    assert_eq!(
        page.texts("h1"),
        ["You are about to leave for jobs.learning.projobsector.com"]
    );
    let facts = page.texts("dl.facts dd");
    assert_eq!(facts[1], "ProJobSector Learning, our sister company");
    let outside = page.attributes("main a[href^='https://']", "href");
    assert_eq!(
        outside,
        [
            "https://learning.projobsector.com/privacy",
            "https://jobs.learning.projobsector.com/course?id=7&x=%C3%BC",
        ]
    );
    let rel = page.attributes("main a[href^='https://']", "rel");
    assert_eq!(rel, ["noreferrer", "noreferrer"]);
}

#[actix_web::test]
async fn who_stays_goes_back_to_where_they_were_and_to_no_other_site() {
    let app = portal().await;
    let path = leaving::path(&app.app.keys, COURSE);
    let stay = |from: String| {
        let visitor = app.visitor().with_header("referer", from.leak());
        let path = path.clone();
        async move {
            let page = visitor.get(&path).await.page();
            page.attributes("a.button.secondary", "href")
        }
    };
    let here = format!("{}/policy/versions?x=1", app.address());
    assert_eq!(stay(here).await, ["/policy/versions?x=1"]);
    assert_eq!(
        stay("https://elsewhere.example/policy".to_owned()).await,
        ["/"]
    );
    assert_eq!(
        stay(format!("{}//evil.example/", app.address())).await,
        ["/"]
    );
}

#[actix_web::test]
async fn a_site_that_is_not_on_the_list_is_named_without_a_policy() {
    let app = portal().await;
    let path = leaving::path(&app.app.keys, "http://somewhere.example/");
    let page = app.visitor().get(&path).await.page();
    assert!(page.text().contains("We do not know where it stands."));
    assert_eq!(
        page.attributes("main a[rel=noreferrer]", "href"),
        ["http://somewhere.example/"]
    );
}

#[actix_web::test]
async fn what_the_portal_did_not_sign_leads_nowhere() {
    let app = portal().await;
    let good = leaving::path(&app.app.keys, COURSE);
    let other = leaving::path(&candor::keys::Keys::new([8; 32]), COURSE);
    let script = leaving::path(&app.app.keys, "javascript:alert(1)");
    let refused = [
        "/leaving".to_owned(),
        "/leaving?to=".to_owned(),
        "/leaving?to=https%3A%2F%2Fevil.example%2F".to_owned(),
        "/leaving?to=-https%3A%2F%2Fevil.example%2F".to_owned(),
        good.replace("id%3D7", "id%3D8"),
        good.replace("learning", "evil"),
        good.replace("to=", "to=0"),
        other,
        script,
    ];
    for path in refused {
        let page = app.visitor().get(&path).await;
        assert_eq!(page.status, 422, "{path}");
        assert!(page.text().contains("We did not make this link"));
        assert!(!page.headers.contains_key("location"));
        let outside = page.attributes("main a", "href");
        assert_eq!(outside, ["mailto:contact@projobsector.com", "/"], "{path}");
    }
}

#[actix_web::test]
async fn admins_add_change_and_remove_sites() {
    let app = portal().await;
    let admin = app.staff("ines", Role::Admin).await;
    let new = admin.get("/staff/sites/new").await.page();
    let typed = [
        ("host", "Courses.example"),
        ("name", "Courses"),
        ("policy_url", "https://courses.example/privacy"),
    ];
    for (field, wrong, sentence) in [
        ("host", "https://courses.example", "Enter the host alone"),
        ("host", "cppa.ca.gov", "This host is in the list already."),
        ("name", " ", "Enter who runs the site"),
        ("policy_url", "javascript:x", "which begins with https://"),
    ] {
        let with_fault =
            typed.map(|(name, value)| (name, if name == field { wrong } else { value }));
        let answer = admin.submit(&new, "/staff/sites/new", &with_fault).await;
        answer.refuses(field, sentence);
        assert!(answer.html().contains("Courses") || field == "name");
    }
    let added = admin.submit(&new, "/staff/sites/new", &typed).await;
    assert_eq!(added.location(), "/staff/sites");

    let list = admin.get("/staff/sites").await.page();
    assert_eq!(list.texts("tbody th")[0], "courses.example");
    let path = list.attributes("tbody th a", "href").remove(0);
    let form = admin.get(&path).await.page();
    let renamed = [typed[0], ("name", "Better courses"), typed[2]];
    admin.submit(&form, &path, &renamed).await.location();
    let leaving = leaving::path(&app.app.keys, "https://courses.example/");
    let page = app.visitor().get(&leaving).await.page();
    assert!(page.text().contains("Better courses"));

    admin.post(&format!("{path}/remove"), &[]).await.location();
    let page = app.visitor().get(&leaving).await.page();
    assert!(page.text().contains("We do not know where it stands."));
    assert_eq!(admin.post(&format!("{path}/remove"), &[]).await.status, 404);
}

#[test]
fn a_host_is_a_name_alone() {
    assert_eq!(NewSite::host("Example.COM").as_deref(), Some("example.com"));
    for wrong in [
        "",
        "localhost",
        "10.0.0.1",
        "example.com/x",
        "example.com:1",
        "a@example.com",
        "a b.com",
        "example.com?x",
        "*.example.com",
    ] {
        assert_eq!(NewSite::host(wrong), None, "{wrong}");
    }
    assert_eq!(with_parents("a.b.example"), ["a.b.example", "b.example"]);
}

#[test]
fn a_policy_stands_on_the_web() {
    assert!(NewSite::policy_url("https://example.com/privacy").is_some());
    for wrong in [
        "javascript:alert(1)",
        "data:text/html,x",
        "/privacy",
        "mailto:a@example.com",
    ] {
        assert_eq!(NewSite::policy_url(wrong), None, "{wrong}");
    }
}
