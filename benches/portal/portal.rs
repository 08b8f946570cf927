//! The portal as a process of its own, filled with people.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, SET_COOKIE};
use tokio::net::TcpStream;

use crate::load::Client;

const FIRST_PAGE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A running process that ends with its owner.
pub struct Running {
    process: Child,
    pub address: SocketAddr,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The demonstration, with so many people in the portal's own database.
pub struct Portal {
    folder: tempfile::TempDir,
    running: Option<Running>,
    pub address: SocketAddr,
}

impl Portal {
    pub async fn start(people: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(start_demo(folder.path()));
        fill(&folder.path().join("portal.db"), people);
        let running = start_demo(folder.path());
        let address = running.address;
        wait_for(address).await;
        Portal {
            folder,
            running: Some(running),
            address,
        }
    }

    /// Where its databases and keys are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// One instance of several, without a worker, on a database of its own.
    pub async fn serve(database: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        drop(start_demo(folder.path()));
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let at = |name: &str| folder.path().join(name).display().to_string();
        let settings = [
            ("CANDOR_DATABASE_URL", database.to_owned()),
            ("CANDOR_BIND", address.to_string()),
            ("CANDOR_BASE_URL", "http://localhost".to_owned()),
            ("CANDOR_REGISTER", at("register")),
            ("CANDOR_SECRET_KEY_FILE", at("secret.key")),
            (
                "CANDOR_SOURCES",
                format!("projobsector=sqlite://{}", at("projobsector.db")),
            ),
            ("CANDOR_TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
        ];
        let candor = |command: &str| {
            let mut candor = Command::new(env!("CARGO_BIN_EXE_candor"));
            candor.arg(command).envs(settings.clone());
            candor.stdout(Stdio::null()).stderr(Stdio::null());
            candor
        };
        assert!(candor("migrate").status().unwrap().success());
        let process = candor("serve").spawn().unwrap();
        let running = Running { process, address };
        wait_for(address).await;
        Portal {
            folder,
            running: Some(running),
            address,
        }
    }

    /// The reference pages, on the same database.
    pub async fn start_reference(&self) -> Running {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .arg("--serve-reference")
            .arg(self.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let running = Running {
            process,
            address: line.trim().parse().unwrap(),
        };
        wait_for(running.address).await;
        running
    }

    /// Signs in by mailed code, and by the second factor where one is needed; gives the cookies.
    pub async fn sign_in(&self, email: &str) -> String {
        let mut browser = Browser::new(self.address);
        browser.post("/sign-in", &[("email", email)]).await;
        let code = browser.code_for(email).await;
        browser.post("/sign-in/code", &[("code", &code)]).await;
        if let Some(secret) = browser.second_factor_of(email).await {
            let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
            let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
            let code = totp.generate_current().to_string();
            browser.post("/sign-in/totp", &[("code", &code)]).await;
        }
        browser.cookies()
    }

    /// The most memory that it had, in MB; and that with the size of the program in words.
    pub fn size(&self) -> (f64, String) {
        let process = self.running.as_ref().unwrap().process.id();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let line = |name: &str| {
            let found = status.lines().find(|line| line.starts_with(name)).unwrap();
            found
                .split_whitespace()
                .nth(1)
                .unwrap()
                .parse::<f64>()
                .unwrap()
                / 1024.0
        };
        let program = std::fs::metadata(env!("CARGO_BIN_EXE_candor"))
            .unwrap()
            .len()
            / 1_000_000;
        let (now, highest) = (line("VmRSS"), line("VmHWM"));
        let said = format!(
            "Resident memory {now:.0} MB, at its highest {highest:.0} MB. The program has {program} MB."
        );
        (highest, said)
    }

    /// From start to the first page, on what is there already; and the memory in MB of who waits for the next.
    pub async fn measure_start(mut self) -> (Duration, f64) {
        self.running = None;
        let start = Instant::now();
        let running = start_demo(self.folder.path());
        wait_for(running.address).await;
        let took = start.elapsed();
        println!("First page {} ms after the start.", took.as_millis());
        tokio::time::sleep(Duration::from_secs(2)).await;
        self.running = Some(running);
        let (idle, said) = self.size();
        println!("Idle: {said}");
        (took, idle)
    }
}

fn start_demo(folder: &Path) -> Running {
    let mut process = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["demo", "--port", "0", "--dir"])
        .arg(folder.join("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let address = lines.map_while(Result::ok).find_map(|line| {
        Some(
            line.split("http://")
                .nth(1)?
                .split('/')
                .next()?
                .parse()
                .unwrap(),
        )
    });
    Running {
        address: address.expect("the demonstration prints its address"),
        process,
    }
}

/// Until the first page is there. With the plainest of clients: to make one that knows TLS takes longer than the start.
async fn wait_for(address: SocketAddr) {
    while TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let status = Client::connect(address).await.ask(FIRST_PAGE).await;
    assert_eq!(status, 200);
}

/// Adds people and identities until there are so many, and a request of each person.
fn fill(database: &Path, people: u64) {
    let conn = rusqlite::Connection::open(database).unwrap();
    let known = conn.query_row("SELECT COUNT(*) FROM people", [], |row| {
        row.get::<_, i64>(0)
    });
    let more = people.saturating_sub(known.unwrap().unsigned_abs());
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1000000 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000 + {more})"
    );
    let day = "date('2026-06-01', '+' || (id % 180) || ' days')";
    conn.execute_batch(&format!(
        "BEGIN;
         INSERT INTO people (id, pseudonym, residence, language, created_at)
             {numbers} SELECT i, 'bench' || i, 'us-ca', 'en', '2026-01-01 00:00:00' FROM n WHERE i > 1000000;
         INSERT INTO identities (person_id, kind, value, hash, verified_at)
             {numbers} SELECT i, 'email', 'bench' || i || '@example.org', 'bench' || i, '2026-01-01 00:00:00' FROM n WHERE i > 1000000;
         INSERT INTO requests (reference, person_id, kind, state, law, received_on, acknowledge_by, due_on, version, created_at)
             SELECT 'PR-B' || id, id, 'access', 'acknowledged', 'us-ca', {day}, {day}, {day}, 1, '2026-06-01 00:00:00'
             FROM people;
         COMMIT;
         ANALYZE;
         PRAGMA wal_checkpoint(TRUNCATE);"
    ))
    .unwrap();
    // Or it would go to the disk while pages are measured.
    std::fs::File::open(database).unwrap().sync_all().unwrap();
}

/// Keeps cookies, as a browser does.
struct Browser {
    client: reqwest::Client,
    address: SocketAddr,
    cookies: Vec<(String, String)>,
}

impl Browser {
    fn new(address: SocketAddr) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Browser {
            client,
            address,
            cookies: Vec::new(),
        }
    }

    fn cookies(&self) -> String {
        let all: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        all.join("; ")
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)]) {
        let request = self
            .client
            .post(format!("http://{}{path}", self.address))
            .form(fields);
        let answer = request
            .header("sec-fetch-site", "same-origin")
            .header(COOKIE, self.cookies())
            .send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.status(), 303, "{path}");
        for header in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = header
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
                .unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    async fn json(&self, path: &str) -> serde_json::Value {
        self.client
            .get(format!("http://{}{path}", self.address))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// The newest code that was mailed there.
    async fn code_for(&self, email: &str) -> String {
        for _ in 0..500 {
            let mails = self.json("/demo/mailbox.json").await;
            let mail = mails
                .as_array()
                .unwrap()
                .iter()
                .find(|mail| mail["to"] == email);
            if let Some(mail) = mail {
                let text = mail["text"].as_str().unwrap();
                let code = text
                    .split_whitespace()
                    .find(|it| it.len() == 6 && it.chars().all(|c| c.is_ascii_digit()));
                return code.unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no code came for {email}");
    }

    async fn second_factor_of(&self, email: &str) -> Option<String> {
        let people = self.json("/demo/people.json").await;
        let person = people
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["email"] == email)
            .unwrap();
        person["totp_secret"].as_str().map(str::to_owned)
    }
}
