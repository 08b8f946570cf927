//! The command as it is typed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use data_encoding::BASE32_NOPAD;

/// A running `candor demo`, ended with its test.
struct Demo {
    process: Child,
    base: String,
}

impl Demo {
    fn start(dir: &Path) -> Demo {
        let mut process = Command::new(env!("CARGO_BIN_EXE_candor"))
            .args(["demo", "--port", "0", "--people", "10", "--dir"])
            .arg(dir)
            .stdout(Stdio::piped())
            .env("RUST_LOG", "warn")
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = lines.map(Result::unwrap).find_map(|line| {
            let (_, address) = line.split_once("Portal ")?;
            Some(address.trim().trim_end_matches('/').to_owned())
        });
        Demo {
            process,
            base: address.expect("it says where it is"),
        }
    }

    async fn json(&self, path: &str) -> serde_json::Value {
        reqwest::get(format!("{}{path}", self.base))
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    fn stop(mut self, signal: &str) -> Option<i32> {
        let pid = self.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
        self.process.wait().unwrap().code()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[actix_web::test]
async fn it_lists_who_can_sign_in_with_what_a_script_needs() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path());

    let cast = demo.json("/demo/people.json").await;
    let cast = cast.as_array().unwrap();

    for role in ["person", "agent", "supervisor", "auditor", "admin"] {
        let found = cast.iter().find(|member| member["role"] == role).unwrap();
        assert!(found["email"].as_str().unwrap().ends_with("@example.org"));
        match found["totp_secret"].as_str() {
            Some(secret) => assert_eq!(BASE32_NOPAD.decode(secret.as_bytes()).unwrap().len(), 20),
            None => assert_eq!(role, "person"),
        }
        assert_eq!(found["jurisdiction"].is_string(), role == "person");
    }
    let page = reqwest::get(format!("{}/demo", demo.base))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("maya.okafor@example.org") && page.contains("This is a demonstration"));
}

#[actix_web::test]
async fn it_stops_cleanly_when_asked_and_starts_again_with_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path());
    let before = demo.json("/demo/people.json").await;
    assert_eq!(demo.stop("-TERM"), Some(0));

    let again = Demo::start(dir.path());
    assert_eq!(again.json("/demo/people.json").await, before);
    assert_eq!(again.stop("-INT"), Some(0));
}

#[test]
fn serve_cannot_be_made_a_demonstration() {
    let help = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["serve", "--help"])
        .output()
        .unwrap();
    assert!(
        !String::from_utf8(help.stdout)
            .unwrap()
            .to_lowercase()
            .contains("demo")
    );
}
