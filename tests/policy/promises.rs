//! What the policy promises, held against the register.

use std::path::Path;
use std::process::Command;

use candor::accounts::model::Role;
use candor::choices::refusable::refusables;
use candor::choices::{Defaults, State};
use candor::policy::file::PolicyFile;
use candor::policy::promises::{faults, mentions};
use candor::policy::text::Text;
use candor::register::Register;

use super::{draft, take_over};
use crate::support::TestApp;

const NEWEST: &str = "demo/policy/2027-01.md";

fn register() -> Register {
    Register::load(Path::new("demo/register")).unwrap().0
}

fn newest() -> String {
    let file = std::fs::read_to_string(NEWEST).unwrap();
    PolicyFile::read(&file).unwrap().body
}

fn found(body: &str) -> Vec<String> {
    faults(&register(), &Text::read(body))
}

#[test]
fn the_newest_policy_of_the_demonstration_and_its_register_say_the_same() {
    assert_eq!(found(&newest()), Vec::<String>::new());
}

/// What a text says that needs a yes, and how long things stay, is what the register says.
#[test]
fn consent_and_periods_are_held_against_the_register() {
    let silent = newest().replace("marketing, sale-or-sharing)", "sale-or-sharing)");
    assert_eq!(
        found(&silent),
        [
            "In the register “News and offers by e-mail” (marketing) rests on consent, and the policy does not name it as such."
        ]
    );
    let said = found(&newest().replace("(consent: ", "(consent: analytics, "));
    assert!(
        said[0].ends_with("the policy says that analytics needs consent, and in the register it does not rest on it."),
        "{said:?}"
    );
    let longer = newest().replace("searched for | 13 months", "searched for | 14 months");
    assert_eq!(
        found(&longer),
        [
            "The register keeps “What you did on our site” for 13 months, and the policy does not have that period."
        ]
    );
}

/// What happens before anybody chose is what the policy says of it, here and there.
#[actix_web::test]
async fn both_versions_that_count_promise_what_holds_before_anybody_chooses() {
    let app = TestApp::start();
    let register = register();
    for file in ["demo/policy/2026-06.md", NEWEST] {
        let body = PolicyFile::read(&std::fs::read_to_string(file).unwrap())
            .unwrap()
            .body;
        assert_eq!(found(&body), Vec::<String>::new(), "{file}");
        let text = Text::read(&body);
        let defaults = Defaults::at(&app.app, "us-ca", None);
        for setting in refusables(&register) {
            let is_on = setting.incentive().is_none();
            let expected = if is_on {
                State::OptedIn
            } else {
                State::OptedOut
            };
            assert_eq!(defaults.state(&setting), expected, "{}", setting.key);
        }
        let blocks = text.sections.iter().flat_map(|it| &it.blocks);
        for block in blocks.map(|it| &it.words) {
            let is_limited = block.contains("In the United States") && block.contains("where");
            assert!(!block.contains("if you allow") || is_limited, "{block}");
            assert!(!block.contains("if you asked"), "{block}");
        }
    }
}

#[test]
fn what_the_register_has_and_the_text_does_not_name_is_a_fault() {
    let without_papercheck = newest().replace("Papercheck", "Somebody");
    let without_devices = newest().replace("user.device, ", "");
    assert_eq!(
        found(&without_papercheck),
        [
            "The register has the recipient “Papercheck” (papercheck), and the policy does not name it."
        ]
    );
    assert_eq!(
        found(&without_devices),
        [
            "The register has the category “Your sign-ins and devices” (user.device), and the policy does not name it."
        ]
    );
}

#[test]
fn what_the_text_names_and_the_register_lacks_is_a_fault_with_its_line() {
    let text = newest() + "\n[names]: # (recipients: acme)\n[touches]: # (activities)\n";
    let last = text.lines().count();
    assert_eq!(
        found(&text),
        [
            format!(
                "Line {}: the policy names acme among its recipients, and the register does not have it.",
                last - 1
            ),
            format!(
                "Line {last}: expected a line such as [touches]: # (categories: user.name, user.contact)."
            ),
        ]
    );
}

#[test]
fn the_lines_that_name_things_are_not_shown() {
    let text = Text::read("## Data\n\nWe keep your name.\n\n[names]: # (categories: user.name)\n");
    let html = format!("{:?}", text.html);
    assert!(
        html.contains("your name") && !html.contains("names"),
        "{html}"
    );
    assert!(!text.words().contains("user.name"));
}

#[actix_web::test]
async fn admins_see_the_faults_of_the_versions_that_count() {
    let app = TestApp::start();
    take_over(&app, draft("2024-01-01", "## Data\n\nNothing.\n")).await;
    take_over(&app, draft("2026-01-01", &newest())).await;
    take_over(
        &app,
        draft("2026-03-01", &newest().replace("Papercheck", "X")),
    )
    .await;
    let admin = app.staff("ines", Role::Admin).await;

    let page = admin.get("/staff/policy").await.page();

    let faults = page.texts("ul.faults li");
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains("Papercheck"));
    assert!(page.text().contains("Version 2026-01 names every category"));
}

#[actix_web::test]
async fn the_command_names_each_fault_and_its_status_says_whether_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.md");
    std::fs::write(&broken, newest().replace("Papercheck", "X")).unwrap();
    let check = |arguments: Vec<String>| async move {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command
            .args(["policy", "check", "--register", "demo/register"])
            .args(arguments)
            .env_clear();
        let output = actix_web::web::block(move || command.output().unwrap());
        let output = output.await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), said)
    };

    let (good, said) = check(vec![NEWEST.to_owned()]).await;
    assert_eq!(good, 0, "{said}");
    let (bad, said) = check(vec![broken.display().to_string()]).await;
    assert_eq!(bad, 1);
    assert!(said.contains("the recipient “Papercheck”"), "{said}");
    let whole = std::fs::read_to_string(NEWEST).unwrap();
    assert!(whole.starts_with("+++\n"), "lines stand before the text");
    std::fs::write(&broken, format!("{whole}\n[names]: # (recipients: acme)\n")).unwrap();
    let line = whole.lines().count() + 2;
    let (_, said) = check(vec![broken.display().to_string()]).await;
    let expected = format!("Line {line}: the policy names acme");
    assert!(said.contains(&expected), "a line of the file: {said}");
    let (unread, _) = check(vec!["nowhere.md".to_owned()]).await;
    assert_eq!(unread, 2);

    let app = TestApp::start();
    take_over(&app, draft("2026-01-01", &newest())).await;
    let published = [
        "--database-url",
        app.database_url(),
        "--secret-key",
        &candor::keys::Keys::generate_text(),
    ];
    let (good, said) = check(published.map(str::to_owned).to_vec()).await;
    assert_eq!(good, 0, "{said}");
    assert!(said.contains("2026-01: the text and the register say the same."));
}

#[test]
fn a_name_is_found_as_whole_words_alone() {
    let text = "We pay Clearpay Processing.";
    assert!(mentions(text, "clearpay processing"));
    assert!(!mentions("Clearpay Processings", "Clearpay Processing"));
    assert!(!mentions("the reclearpay", "Clearpay"));
}
