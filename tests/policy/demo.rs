//! ProJobSector's own policy: every version can be published, and the newest says what the register says.

use std::path::Path;

use candor::policy::Draft;
use candor::policy::file::PolicyFile;
use candor::policy::text::Text;
use candor::register::{RecipientRole, Register};

use crate::support::TestApp;

fn versions() -> Vec<Draft> {
    let mut files: Vec<_> = std::fs::read_dir("demo/policy")
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &Path| PolicyFile::read(&std::fs::read_to_string(path).unwrap()).unwrap();
    files
        .iter()
        .map(|path| read(path).into_draft().unwrap().0)
        .collect()
}

#[test]
fn no_version_has_a_fault_and_each_says_how_to_reach_us() {
    let versions = versions();
    assert!(versions.len() >= 4);
    for version in versions {
        assert_eq!(version.faults(), [], "{}", version.version);
        assert!(
            version.body.contains("mailto:contact@projobsector.com"),
            "{}",
            version.version
        );
    }
}

#[test]
fn the_newest_version_names_the_recipients_of_the_register() {
    let (register, _) = Register::load(Path::new("demo/register")).unwrap();
    let body = versions().pop().unwrap().body.replace('\n', " ");
    let in_words = [RecipientRole::ProspectiveEmployer, RecipientRole::Authority];
    for recipient in register
        .recipients
        .iter()
        .filter(|it| !in_words.contains(&it.role))
    {
        assert!(
            body.contains(&recipient.name),
            "{} is not named",
            recipient.name
        );
    }
}

#[actix_web::test]
async fn the_demonstration_has_every_version_and_each_can_be_read_and_compared() {
    let app = TestApp::start();
    let now = app.app.clock.now();
    let taken = app
        .app
        .db
        .write(move |conn| candor::demo::policy::take_over_all(conn, now));
    taken.await.unwrap();
    let versions = versions();
    let page = app.visitor().get("/policy").await.page();
    assert!(page.text().contains("Version 2025-07, since 1 July 2025"));
    for pair in versions.windows(2) {
        let path = format!("/policy/compare/{}/{}", pair[0].version, pair[1].version);
        let page = app.visitor().get(&path).await.page();
        assert!(!page.texts("ins").is_empty(), "{path}");
        let read = Text::read(&pair[1].body);
        let shown = app
            .visitor()
            .get(&format!("/policy/{}", pair[1].version))
            .await
            .page();
        assert_eq!(shown.texts(".policy h2").len(), read.contents().count());
    }
}

/// Whoever decides at that age can turn the sale on (Civ. 1798.120(c)), so no version may say that it never happens.
#[test]
fn of_who_is_under_sixteen_the_policy_promises_what_the_switch_keeps() {
    let bodies = versions().into_iter().map(|it| it.body.replace('\n', " "));
    let speaking: Vec<_> = bodies.filter(|it| it.contains("under 16")).collect();
    assert!(speaking.len() >= 4);
    for body in speaking {
        assert!(
            body.contains("unless they agree to it or, where they are too young to decide, a parent or guardian of theirs does."),
            "{body}"
        );
    }
}
