//! `candor intake`, as a mail server runs it.

use std::io::Write;
use std::process::{Command, Stdio};

use data_encoding::BASE64;

use crate::support::TestApp;

const MAIL: &[u8] = b"From: ada@example.org\r\nSubject: Erase my account\r\n\r\nPlease.\r\n";

/// Pipes a mail into the command: its exit status, and what it said.
async fn pipe(url: &str, mail: Vec<u8>, flags: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command
        .arg("intake")
        .args(flags)
        .env_clear()
        .env("CANDOR_DATABASE_URL", url)
        .env("CANDOR_SECRET_KEY", BASE64.encode(&[7; 32]))
        .env("CANDOR_REGISTER", "demo/register")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let run = actix_web::rt::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let written = stdin.write_all(&mail);
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        written.expect("the mail is read to its end");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    });
    run.await.unwrap()
}

#[actix_web::test]
async fn the_exit_status_tells_the_mail_server_what_to_do() {
    let app = TestApp::start();
    let url = app.database_url();
    let huge = [MAIL, &vec![b'x'; 3_000_000]].concat();
    let (code, said) = pipe(url, huge, &["--envelope-sender", "ada@example.org"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(app.mails_to("ada").len(), 1);
    let (code, said) = pipe(url, b"Subject: x\r\n\r\n".to_vec(), &[]).await;
    assert_eq!(code, Some(65), "{said}");
    assert!(!said.contains("ada"), "a bounce may carry it: {said}");
    let (code, _) = pipe(url, MAIL.to_vec(), &["--envelope-sender", ""]).await;
    assert_eq!(code, Some(0));
    assert_eq!(app.mails_to("ada").len(), 1);
    for (url, flags) in [
        ("sqlite:///nowhere/at/all.db", &[][..]),
        ("nonsense", &[][..]),
        (url, &["--unknown"][..]),
    ] {
        let (code, said) = pipe(url, b"From: bob@example.org\r\n\r\nx".to_vec(), flags).await;
        assert_eq!(code, Some(75), "no mail is lost by a wrong setting: {said}");
    }
}
