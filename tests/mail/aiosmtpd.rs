//! Delivery to a mail server that is not ours, with STARTTLS and a login. It runs where
//! `CANDOR_TEST_AIOSMTPD` names a Python that has aiosmtpd.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use candor::config::Faults;
use candor::mail::args::MailArgs;
use candor::mail::delivery::Outcome;
use candor::mail::transport::Transport;

use super::Note;
use crate::support::TestApp;

struct MailServer {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: String,
    folder: tempfile::TempDir,
}

impl MailServer {
    /// None where there is no aiosmtpd.
    #[expect(clippy::disallowed_methods, reason = "a test has no settings")]
    fn start() -> Option<Self> {
        let python = std::env::var("CANDOR_TEST_AIOSMTPD").ok()?;
        let folder = tempfile::tempdir().unwrap();
        make_certificate(folder.path());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail/server.py");
        let mut process = Command::new(python)
            .arg(script)
            .args([
                folder.path().join("cert.pem"),
                folder.path().join("key.pem"),
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().unwrap().unwrap();
        Some(MailServer {
            process,
            lines,
            port,
            folder,
        })
    }

    fn transport(&self, app: &TestApp, password: &str, ca_file: Option<PathBuf>) -> Transport {
        let args = MailArgs {
            mail: Some(format!("smtp://localhost:{}", self.port)),
            smtp_user: Some("portal".to_owned()),
            smtp_password: Some(password.to_owned()),
            smtp_ca_file: ca_file,
            ..MailArgs::default()
        };
        let settings = args.check(&mut Faults::default()).unwrap();
        settings.transport(&app.app.site).unwrap()
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// The next mail that it took.
    fn next(&mut self) -> serde_json::Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn make_certificate(folder: &Path) {
    let made = Command::new("openssl")
        .current_dir(folder)
        .args("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost".split(' '))
        .args("-keyout key.pem -out cert.pem".split(' '))
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
}

#[actix_web::test]
async fn another_mail_server_takes_defers_and_refuses_mails_over_tls() {
    let Some(mut server) = MailServer::start() else {
        return;
    };
    let app = TestApp::start();
    let transport = server.transport(&app, "secret", Some(server.certificate()));
    for name in ["ada", "refused", "later", "dropped", "eve"] {
        app.enqueue_mail(&format!("{name}@example.org"), Note).await;
    }
    let outcomes = app.deliver_by(&transport).await;
    let expected = [
        Outcome::Sent,
        Outcome::Failed,
        Outcome::PutOff,
        Outcome::PutOff,
        Outcome::Sent,
    ];
    assert_eq!(outcomes, expected, "{:?}", app.outbox());
    for name in ["ada", "eve"] {
        let mail = server.next();
        assert_eq!(mail["to"][0], format!("{name}@example.org"));
        assert_eq!(mail["encrypted"], true);
        let content = mail["content"].as_str().unwrap();
        assert!(content.contains("Auto-Submitted: auto-generated"));
    }
}

#[actix_web::test]
async fn a_wrong_password_or_an_unknown_certificate_has_the_mail_wait() {
    let Some(server) = MailServer::start() else {
        return;
    };
    let app = TestApp::start();
    for (password, ca_file, words) in [
        ("wrong", Some(server.certificate()), "refuses the login"),
        ("secret", None, "No encrypted connection"),
        ("secret", None, "with --smtp-ca-file"),
    ] {
        app.enqueue_mail("ada@example.org", Note).await;
        let transport = server.transport(&app, password, ca_file);
        assert_eq!(app.deliver_by(&transport).await, [Outcome::PutOff]);
        let error = app.outbox().pop().unwrap().error.unwrap();
        assert!(error.contains(words), "{error}");
    }
}
