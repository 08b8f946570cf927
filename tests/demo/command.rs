//! The command as it is typed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use candor::clock::Clock;
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

    async fn post(&self, browser: &reqwest::Client, path: &str, field: (&str, &str)) -> String {
        let url = format!("{}{path}", self.base);
        let form = browser
            .post(url)
            .header("sec-fetch-site", "same-origin")
            .form(&[field]);
        let answer = form.send().await.unwrap();
        assert_eq!(answer.status(), 303, "{path}");
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    /// The code of the newest mail to that address, as soon as the worker has sent it.
    async fn mailed_code(&self, email: &str) -> String {
        for _ in 0..100 {
            let mails = self.json(&format!("/demo/mailbox.json?to={email}")).await;
            if let Some(text) = mails[0]["text"].as_str() {
                let words = text.split(|c: char| !c.is_ascii_alphanumeric());
                let is_code =
                    |word: &&str| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit());
                return words.into_iter().find(is_code).unwrap().to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("no mail to {email}");
    }

    /// Signs in with the first factor; gives the browser and where it is sent on to.
    async fn sign_in(&self, email: &str) -> (reqwest::Client, String) {
        let no_redirects = reqwest::redirect::Policy::none();
        let browser = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(no_redirects);
        let browser = browser.build().unwrap();
        self.post(&browser, "/sign-in", ("email", email)).await;
        let code = self.mailed_code(email).await;
        let next = self.post(&browser, "/sign-in/code", ("code", &code)).await;
        (browser, next)
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

#[actix_web::test]
async fn the_page_gives_each_staff_member_a_second_code_and_fills_every_column() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path());

    let page = reqwest::get(format!("{}/demo", demo.base)).await.unwrap();
    let page = scraper::Html::parse_document(&page.text().await.unwrap());

    let all = |selector: &str| {
        let selector = scraper::Selector::parse(selector).unwrap();
        let found = page.select(&selector);
        found
            .map(|element| element.text().collect::<String>())
            .collect::<Vec<_>>()
    };
    let codes = all("td[data-label='Code now']");
    assert_eq!(codes.len(), 6);
    assert!(codes.iter().all(|code| code.trim().len() == 6), "{codes:?}");
    let people = all("td[data-label='What to see']").len();
    let cells = all("tbody th, tbody td").len();
    assert_eq!(cells, people * 4 + codes.len() * 5);
}

#[actix_web::test]
async fn everybody_listed_can_sign_in_with_what_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let demo = Demo::start(dir.path());

    for member in demo.json("/demo/people.json").await.as_array().unwrap() {
        let (browser, next) = demo.sign_in(member["email"].as_str().unwrap()).await;
        let home = match member["totp_secret"].as_str() {
            None => next,
            Some(secret) => {
                let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
                let code = candor::accounts::second_factor::code_at(&secret, Clock::system().now())
                    .unwrap();
                demo.post(&browser, &next, ("code", &code)).await
            }
        };
        let get = async |path: &str| {
            let asked = browser.get(format!("{}{path}", demo.base));
            asked.send().await.unwrap()
        };
        let mut page = get(&home).await;
        if page.status() == 303 {
            // Each role's work begins elsewhere.
            let place = page.headers()["location"].to_str().unwrap().to_owned();
            page = get(&place).await;
        }
        assert_eq!(page.status(), 200, "{member}");
        let page = page.text().await.unwrap();
        assert!(page.contains("Sign out") && page.contains("This is a demonstration"));
    }
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
