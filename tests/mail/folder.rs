use candor::mail::delivery::Outcome;
use candor::mail::transport::{Transport, Way};

use super::Note;
use crate::support::TestApp;

#[actix_web::test]
async fn a_folder_gets_each_mail_as_one_whole_file() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let way = Way::Folder(folder.path().to_owned());
    let sender = "Candor <privacy@example.com>".parse().unwrap();
    let transport = Transport::new(way, sender, None);
    app.enqueue_mail("ada@example.org", Note).await;
    assert_eq!(app.deliver_by(&transport).await, [Outcome::Sent]);

    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1);
    let path = files[0].as_ref().unwrap().path();
    assert_eq!(path.extension().unwrap(), "eml");
    let text = std::fs::read_to_string(path).unwrap();
    for line in [
        "To: ada@example.org",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Date: Mon, 09 Feb 2026 10:00:00 +0000",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "MIME-Version: 1.0",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is missing in:\n{text}"
        );
    }
    assert!(text.contains("multipart/alternative"));
    assert!(
        text.lines().all(|line| line.len() <= 998),
        "RFC 5322, 2.1.1"
    );
    assert!(text.is_ascii());
}

#[actix_web::test]
async fn a_folder_that_is_gone_has_the_mail_tried_again() {
    let app = TestApp::start();
    let way = Way::Folder("/nonexistent/folder".into());
    let sender = "privacy@example.com".parse().unwrap();
    let transport = Transport::new(way, sender, None);
    app.enqueue_mail("ada@example.org", Note).await;
    assert_eq!(app.deliver_by(&transport).await, [Outcome::PutOff]);
}
