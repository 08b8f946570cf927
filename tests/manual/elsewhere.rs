//! What is known of people by other systems, who asks without an account, and the commands.

use std::process::Command;

use candor::accounts::model::Role;
use candor::config::{Addresses, Settings};
use candor::demo::source::SAMPLES;

use super::deciding::Scene;
use super::{answer, ask, kept, open_task, open_tasks};
use crate::support::{TestApp, archive};

const ACCOUNT: &str = "SELECT id FROM accounts WHERE email = ?";

#[actix_web::test]
async fn a_record_is_looked_up_by_the_number_that_another_system_knows() {
    let scene = Scene::come(TestApp::start_with_archive()).await;
    let source = scene.app.source.connect();
    let number = source.query_row(ACCOUNT, [SAMPLES[0].email], |row| row.get::<_, i64>(0));
    let number = number.unwrap().to_string();
    ask(&scene.person).await;
    let task = open_task(&scene.sam).await;
    let page = scene.sam.get(&task).await.page();
    assert_eq!(page.attributes("#c2-r0-f0", "value").join(" "), number);
    let wrong = [
        ("act", "found"),
        ("c2-r0-f0", "987654"),
        ("c2-r0-f1", "Punctual"),
    ];
    let refused = answer(&scene.sam, &task, &wrong).await;
    refused.refuses("c2-r0-f0", &format!("is {number}."));
    let found = [("act", "found"), ("c2-r0-f1", "Punctual\nKind")];
    answer(&scene.sam, &task, &found).await.location();
    let page = scene.person.get("/data/paper_archive/files").await.page();
    assert!(page.text().contains("Punctual"), "{}", page.text());
    let ada = scene.app.person("ada").await;
    let page = ada.get("/data/paper_archive/files").await.page();
    assert!(!page.text().contains("Punctual"));
}

#[actix_web::test]
async fn a_record_without_a_key_is_erased_like_any_other() {
    let scene = Scene::come(TestApp::start_with_archive()).await;
    let reference = scene
        .file_deletion_with(&[("act", "found"), ("c2-r0-f1", "Punctual")])
        .await;
    scene.grant(&reference).await;
    let task = open_task(&scene.sam).await;
    let page = scene.sam.get(&task).await.page();
    assert!(page.text().contains("Punctual"), "{}", page.text());
    answer(&scene.sam, &task, &[("act", "done")])
        .await
        .location();
    scene.app.run_jobs().await;
    assert_eq!(kept(&scene.app), 0);
    assert_eq!(scene.app.events("request.completed", &reference), 1);
}

#[actix_web::test]
async fn who_asks_without_an_account_is_looked_up_once_it_is_known_who_they_are() {
    let app = TestApp::start_with_archive();
    let sam = app.staff("sam", Role::Agent).await;
    let visitor = app.visitor();
    let email = SAMPLES[0].email;
    let letter = [
        ("wants", "categories"),
        ("email", email),
        ("residence", "us-ca"),
    ];
    visitor.post("/request", &letter).await.location();
    assert!(
        open_tasks(&sam).await.is_empty(),
        "nobody knows yet who asks"
    );
    let mail = app.mails_to(email).remove(0).text;
    let link = mail
        .lines()
        .find(|it| it.contains("/request/link/"))
        .unwrap();
    let link = link.trim_start_matches(app.address());
    let page = visitor.get(link).await.page();
    visitor
        .submit(&page, link, &[("answer", "mine")])
        .await
        .location();
    assert!(open_tasks(&sam).await.is_empty());
    let phone: String = app
        .source
        .connect()
        .query_row(
            "SELECT phone FROM contact_details JOIN accounts ON accounts.id = account_id WHERE email = ?",
            [email],
            |row| row.get(0),
        )
        .unwrap();
    let page = visitor.get("/request/mine").await.page();
    let proof = [("point-user-contact-phone_number", phone.as_str())];
    visitor
        .submit(&page, "/request/mine", &proof)
        .await
        .location();
    let task = open_task(&sam).await;
    let page = sam.get(&task).await.page();
    assert!(page.text().contains(email), "{}", page.text());
}

fn candor(arguments: &[&str]) -> (bool, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8_lossy(&ran.stderr);
    (ran.status.success(), said)
}

#[test]
fn the_commands_take_the_register_for_its_structure_and_say_where_its_records_are() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("archive.yml");
    // Alone, without the system that knows the account.
    let text = archive::MANIFEST.replace(
        ", references: [{dataset: people, field: accounts.id, direction: from}]",
        ", identity: account",
    );
    std::fs::write(&manifest, text).unwrap();
    let of = ["--source", "paper_archive=manual:", "--manifests"];
    let path = manifest.to_str().unwrap();
    let (agrees, said) = candor(&[&["sources", "check"], &of[..], &[path]].concat());
    assert!(
        agrees && said.contains("Manifests and sources agree."),
        "{said}"
    );
    let whom = ["--identity", "email=ada@example.org"];
    let (found, said) = candor(&[&["sources", "find"], &of[..], &[path], &whom].concat());
    assert!(
        found && said.contains("what they found is in the portal alone"),
        "{said}"
    );
    let (planned, said) = candor(&[&["sources", "plan"], &of[..], &[path], &whom].concat());
    assert!(planned, "{said}");
    let (scanned, said) = candor(&["sources", "scan", "manual:"]);
    assert!(
        !scanned && said.contains("people look it up by hand"),
        "{said}"
    );
}

#[test]
fn the_settings_take_it_with_a_name_or_without() {
    let settings = Settings {
        addresses: Addresses {
            sources: vec![
                "paper_archive=manual:".to_owned(),
                "console=manual://vendor".to_owned(),
            ],
            ..Addresses::default()
        },
        ..Settings::default()
    };
    let told = settings.check().unwrap_err().to_string();
    assert!(!told.contains("--source"), "{told}");
    let (_, shown) = candor(&["config", "--source", "paper_archive=manual:"]);
    assert!(shown.contains("paper_archive=manual:"), "{shown}");
}
