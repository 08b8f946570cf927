//! The commands as they are typed.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use super::Note;
use super::smtp_server::{Act, SmtpServer, Stage};
use crate::support::TestApp;

/// The command, on the database and the source of a test.
fn candor(app: &TestApp, words: &[&str], mail: &str) -> Command {
    let source = format!("projobsector=sqlite://{}", app.source.path().display());
    let register = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/register");
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command
        .env_clear()
        .args(words)
        .args(["--database-url", app.database_url()])
        .args(["--source", &source, "--mail", mail])
        .args([
            "--secret-key",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        ])
        .arg("--register")
        .arg(register);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

/// A process that ends with its test.
struct Running(Child);

impl Running {
    /// Tells it to stop; its status, if it ends within ten seconds.
    fn stop(&mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        for _ in 0..100 {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[actix_web::test]
async fn a_worker_sends_what_waits_and_stops_when_it_is_told() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Note).await;
    let folder = tempfile::tempdir().unwrap();
    let mail = format!("folder:{}", folder.path().display());
    let mut command = candor(&app, &["worker"], &mail);
    let mut worker = Running(command.stderr(Stdio::null()).spawn().unwrap());
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if app.outbox()[0].sent_at.is_some() {
            break;
        }
    }
    assert!(app.outbox()[0].sent_at.is_some());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(worker.stop(), Some(0));
}

#[actix_web::test]
async fn a_test_mail_goes_out_at_once_or_says_why_not() {
    let app = TestApp::start();
    let server = SmtpServer::start();
    let mail = format!("smtp://127.0.0.1:{}?tls=none", server.port);
    let mut test = candor(&app, &["mail", "test", "ada@example.org"], &mail);
    let sent = test.output().unwrap();
    assert!(sent.status.success(), "{}", said(&sent));
    assert!(server.received()[0].contains("Subject: Mail from ProJobSector arrives"));

    server.misbehave(Stage::Recipient, Act::Answer("550 5.1.1 nobody here"));
    let refused = test.output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let words = "The mail server refuses the recipient: 550 5.1.1 nobody here";
    assert!(said(&refused).contains(words), "{}", said(&refused));
}

#[actix_web::test]
async fn a_worker_without_a_way_for_mail_says_what_to_set() {
    let app = TestApp::start();
    let mut command = candor(&app, &["worker"], "folder:/tmp");
    let without: Vec<_> = command
        .get_args()
        .map(std::ffi::OsStr::to_owned)
        .filter(|word| word != "--mail" && word != "folder:/tmp")
        .collect();
    command = Command::new(env!("CARGO_BIN_EXE_candor"));
    let refused = command.env_clear().args(without).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("--mail (CANDOR_MAIL): it is not set"));
}
