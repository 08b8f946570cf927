use actix_session::SessionMiddleware;
use actix_web::cookie::{Cookie, Key};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use candor::accounts::guard::{Account, FreshPerson, Person};
use candor::accounts::session_store::DbSessions;
use candor::accounts::step_up::Kept;
use candor::web::error_pages::show_errors;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::support::TestApp;

#[derive(Serialize, Deserialize)]
struct Thing {
    words: String,
}

async fn sign_in(app: candor::app::App, request: actix_web::HttpRequest) -> &'static str {
    let person = Person {
        id: 1,
        pseudonym: "p".to_owned(),
        email: "ada@example.org".to_owned(),
        confirmed_at: app.clock.now(),
    };
    Account::Person(person).enter(&request).unwrap();
    ""
}

async fn show(kept: Kept<Thing>) -> String {
    kept.0.map(|thing| thing.words).unwrap_or_default()
}

async fn file(_: FreshPerson, form: web::Form<Thing>) -> String {
    format!("filed {}", form.words)
}

fn cookie(answer: &ServiceResponse) -> Cookie<'static> {
    let text = answer.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
    Cookie::parse_encoded(text.to_owned()).unwrap()
}

#[actix_web::test]
async fn what_was_typed_is_kept_while_a_stale_confirmation_is_renewed() {
    let test = TestApp::start();
    test.person("ada").await; // the person with id 1
    let sessions = SessionMiddleware::builder(DbSessions(test.app.clone()), Key::from(&[1; 64]));
    let service = init_service(
        App::new()
            .app_data(web::Data::new(test.app.clone()))
            .route("/sign-in", web::get().to(sign_in))
            .route("/things/new", web::get().to(show))
            .route("/things/new", web::post().to(file))
            .wrap(sessions.cookie_name("candor".to_owned()).build())
            .wrap(from_fn(show_errors)),
    )
    .await;
    let signed_in = call_service(&service, TestRequest::get().uri("/sign-in").to_request()).await;
    let session = cookie(&signed_in.map_into_boxed_body());
    let open = |uri: &str| {
        TestRequest::get()
            .uri(uri)
            .cookie(session.clone())
            .to_request()
    };
    let send = || {
        let words = "as I typed it, ünïcode & all".to_owned();
        TestRequest::post()
            .uri("/things/new?for=me")
            .insert_header(("referer", "http://localhost/things/new?for=me"))
            .cookie(session.clone())
            .set_form(Thing { words })
            .to_request()
    };

    let fresh = call_service(&service, send()).await;
    assert_eq!(read_body(fresh).await, "filed as I typed it, ünïcode & all");

    test.app.clock.advance(TimeDelta::minutes(11));
    let stale = call_service(&service, send()).await;
    assert_eq!(
        stale.headers().get(LOCATION).unwrap(),
        "/step-up?next=%2Fthings%2Fnew%3Ffor%3Dme"
    );
    let elsewhere = call_service(&service, open("/things/new?for=somebody-else")).await;
    assert_eq!(read_body(elsewhere).await, "");
    let back = call_service(&service, open("/things/new?for=me")).await;
    assert_eq!(read_body(back).await, "as I typed it, ünïcode & all");
    let again = call_service(&service, open("/things/new?for=me")).await;
    assert_eq!(read_body(again).await, "");
}

#[actix_web::test]
async fn a_stale_confirmation_is_renewed_by_a_code_and_leads_back() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    assert_eq!(
        ada.get("/step-up?next=/choices").await.location(),
        "/choices"
    );
    app.app.clock.advance(TimeDelta::minutes(11));
    let page = ada.get("/step-up?next=/choices").await.page();
    ada.get("/step-up?next=/choices").await.page();
    assert_eq!(
        app.mails_to("ada").len(),
        1,
        "a second look sends no second mail"
    );

    for slip in ["", "12345", "1234567", "12345o"] {
        let refused = ada.submit(&page, "/step-up", &[("code", slip)]).await;
        refused.refuses("code", "digits");
    }
    let wrong = if app.mailed_code("ada@example.org") == "123456" {
        "654321"
    } else {
        "123456"
    };
    let wrong = ada.submit(&page, "/step-up", &[("code", wrong)]).await;
    wrong.refuses("code", "You can try 4 more times.");
    let another = ada.submit(&page, "/step-up/send", &[]).await;
    let page = ada.get(another.location()).await.page();
    let code = app.mailed_code("ada@example.org");
    let confirmed = ada.submit(&page, "/step-up", &[("code", &code)]).await;
    assert_eq!(
        confirmed.location(),
        "/choices",
        "a new code leads there too"
    );
    assert_eq!(ada.get("/step-up?next=/data").await.location(), "/data");
    app.app.clock.advance(TimeDelta::minutes(11));
    ada.get("/step-up?next=/data").await.page();
    let used = ada.submit(&page, "/step-up", &[("code", &code)]).await;
    used.refuses("code", "not the code");
}

#[actix_web::test]
async fn the_link_confirms_where_it_was_asked_for_and_asks_for_the_code_elsewhere() {
    let app = TestApp::start();
    let (ada, elsewhere) = (app.person("ada").await, app.visitor());
    app.app.clock.advance(TimeDelta::minutes(11));
    ada.get("/step-up?next=/choices").await.page();
    let mail = app.mails_to("ada").remove(0);
    let link = mail
        .text
        .lines()
        .find(|line| line.contains("/step-up/link/"));
    let link = link.unwrap().to_owned();
    assert!(
        elsewhere
            .get(&link)
            .await
            .location()
            .starts_with("/sign-in?next=")
    );
    assert_eq!(ada.get(&link).await.location(), "/choices");
    assert_eq!(ada.get("/step-up?next=/data").await.location(), "/data");
}

#[actix_web::test]
async fn a_code_to_sign_in_does_not_confirm() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    app.app.clock.advance(TimeDelta::minutes(11));
    ada.post("/sign-in", &[("email", "ada@example.org")]).await;
    let code = app.mailed_code("ada@example.org");
    let page = ada.get("/step-up").await.page();
    let refused = ada.submit(&page, "/step-up", &[("code", &code)]).await;
    assert_eq!(refused.status, 422);
}
