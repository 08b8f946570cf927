use candor::accounts::model::Role;
use candor::api::model::{NewToken, Scope};
use candor::api::queries;
use candor::audit::Actor;
use candor::disclosures::model::NoticeState;
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{BRIGHTFIELD, NOTHING, all_notices, state_of};
use crate::api::Program;
use crate::support::TestApp;

const LUMEN: &str = "lumen-reach";

/// ProJobSector, where two recipients by sale fetch their notices.
fn app_with_feeds() -> TestApp {
    TestApp::start_declaring(|register| {
        for recipient in &mut register.recipients {
            if [BRIGHTFIELD, LUMEN].contains(&&*recipient.key) {
                recipient.contact = Some("feed".to_owned());
            }
        }
    })
}

async fn program_of(app: &TestApp, recipient: &str) -> Program {
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let new = NewToken {
        name: recipient.to_owned(),
        scopes: vec![Scope::Notices],
        recipient: Some(recipient.to_owned()),
        expires_at: now + TimeDelta::days(100),
    };
    assert_eq!(new.recipient_fault(&app.app.register), None);
    let made = app
        .app
        .db
        .write(move |conn| queries::make(conn, &keys, Actor::System, &new, now));
    Program::with(app, &made.await.unwrap())
}

async fn opt_out(app: &TestApp, name: &str) {
    let person = app.person(name).await;
    person
        .post("/choices/sale-or-sharing/opt-out", &NOTHING)
        .await;
    app.run_jobs().await;
}

fn ids(page: &Value) -> Vec<String> {
    let all = page["notices"].as_array().unwrap().iter();
    all.map(|it| it["id"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn a_recipient_fetches_what_concerns_it_by_a_cursor_and_nothing_of_others() {
    let app = app_with_feeds();
    let brightfield = program_of(&app, BRIGHTFIELD).await;
    for name in ["ada", "ben", "cleo"] {
        opt_out(&app, name).await;
    }
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Waiting);
    let first = brightfield.get("/notices?limit=2").await.json;
    assert_eq!((ids(&first).len(), &first["more"]), (2, &json!(true)));
    assert_eq!(first["notices"][0]["kind"], "opt-out");
    assert_eq!(first["notices"][0]["due_on"], "2026-03-02");
    assert_eq!(first["notices"][0]["activities"][0], "sale-or-sharing");
    assert!(
        !first.to_string().contains("ada@example.org"),
        "only as a hash"
    );
    let states = all_notices(&app).into_iter();
    let states = states.filter(|it| it.recipient == BRIGHTFIELD);
    let states: Vec<_> = states.map(|it| it.state).collect();
    let told = [NoticeState::Sent, NoticeState::Sent, NoticeState::Waiting];
    assert_eq!(states, told, "what was not read was not told");
    assert_eq!(brightfield.head("/notices").await, 200);
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Waiting);
    let next = first["next"].as_str().unwrap();
    let rest = brightfield
        .get(&format!("/notices?after={next}"))
        .await
        .json;
    assert_eq!((ids(&rest).len(), &rest["more"]), (1, &json!(false)));
    let ahead = brightfield.get("/notices?after=999999").await;
    assert_eq!(ahead.status, 409, "a place of before a restore");
    let own = all_notices(&app);
    let own = own.iter().filter(|it| it.recipient == BRIGHTFIELD);
    let keys: Vec<_> = own.map(|it| it.key.clone()).collect();
    assert_eq!([ids(&first), ids(&rest)].concat(), keys);
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Sent);
    assert_eq!(state_of(&app, LUMEN), NoticeState::Waiting);

    let all = brightfield.get("/notices").await.json;
    assert_eq!(ids(&all), keys, "what is not answered can be read again");
}

#[actix_web::test]
async fn it_answers_by_program_once_and_only_for_itself_and_staff_and_person_see_it() {
    let app = app_with_feeds();
    let (brightfield, lumen) = (
        program_of(&app, BRIGHTFIELD).await,
        program_of(&app, LUMEN).await,
    );
    opt_out(&app, "ada").await;
    opt_out(&app, "ben").await;
    let ids = ids(&brightfield.get("/notices").await.json);
    let answers = json!({ "answers": [
        { "id": ids[0], "answer": "done" },
        { "id": ids[1], "answer": "refused", "reason": "We do not know this person." },
        { "id": "unknown", "answer": "done" },
        { "id": ids[0], "answer": "refused", "reason": "On second thoughts" },
    ]});
    let foreign = lumen.post("/notices/answers", &answers).await.json;
    assert_eq!(
        (
            &foreign["noted"],
            foreign["refused"].as_array().unwrap().len()
        ),
        (&json!(0), 4)
    );
    let taken = brightfield.post("/notices/answers", &answers).await.json;
    assert_eq!((&taken["noted"], &taken["known"]), (&json!(2), &json!(0)));
    let refused = taken["refused"].as_array().unwrap();
    assert_eq!(
        (&refused[0]["index"], &refused[1]["index"]),
        (&json!(2), &json!(3))
    );
    let again = brightfield.post("/notices/answers", &answers).await.json;
    assert_eq!((&again["noted"], &again["known"]), (&json!(0), &json!(2)));
    assert_eq!(brightfield.get("/notices").await.json["notices"], json!([]));
    let after_all = json!({ "answers": [{ "id": ids[1], "answer": "done" }] });
    let taken = lumen.post("/notices/answers", &after_all).await.json;
    assert_eq!(taken["noted"], 0, "only its own");

    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/notices?state=refused").await.page();
    assert!(page.text().contains("We do not know this person."));
    assert_eq!(page.texts("td[data-label=How]"), ["It fetches them"]);
    let ada = app.visitor();
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    assert!(
        ada.get("/disclosures")
            .await
            .page()
            .text()
            .contains("Confirmed")
    );
}

/// Rule: C5, 11 CCR 7026(f).
#[actix_web::test]
async fn a_recipient_that_does_not_fetch_comes_up_for_staff_when_its_day_has_passed() {
    let app = app_with_feeds();
    opt_out(&app, "ada").await;
    app.app.clock.advance(TimeDelta::days(22));
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/notices").await.page();
    let silent = page.texts("td[data-label=Recipient]");
    assert!(
        silent.iter().any(|it| it == "Brightfield Audiences"),
        "{silent:?}"
    );
}

#[actix_web::test]
async fn a_token_for_notices_is_bound_to_a_recipient_that_fetches_them() {
    let app = app_with_feeds();
    let reader = Program::of(&app).await;
    assert_eq!(reader.get("/notices").await.status, 403);
    let brightfield = program_of(&app, BRIGHTFIELD).await;
    assert_eq!(brightfield.get("/changes").await.status, 403);

    let admin = app.staff("alice", Role::Admin).await;
    let make = async |scope, recipient| {
        let typed = [
            ("name", "Feed"),
            ("scope", scope),
            ("recipient", recipient),
            ("days", "90"),
        ];
        admin.post("/staff/tokens/new", &typed).await
    };
    make("notices", "")
        .await
        .refuses("recipient", "Choose the recipient");
    make("choices:read", LUMEN)
        .await
        .refuses("recipient", "Only a token for notices");
    make("notices", "figurewise")
        .await
        .refuses("recipient", "does not fetch its notices");
    let made = make("notices", LUMEN).await.page();
    let program = Program::with(&app, &made.texts("code.token").remove(0));
    assert_eq!(program.get("/notices").await.status, 200);
    let list = admin.get("/staff/tokens").await.page();
    assert!(list.text().contains("of lumen-reach"));
}
