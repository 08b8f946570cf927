//! Chromium, driven by chromedriver over `WebDriver`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// The key under which `WebDriver` hands out an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

const SWITCHES: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Whether a page may run scripts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A browser with an empty profile; it is gone when this is dropped.
pub struct Browser {
    process: Child,
    client: reqwest::Client,
    session: String,
    site: String,
    profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one to look at the site at that address.
    pub async fn open(site: &str, scripts: Scripts) -> Self {
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver is installed (on Debian: chromium-driver)");
        let driver = format!("http://127.0.0.1:{}", port_of(&mut process));
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Browser {
            process,
            client: reqwest::Client::new(),
            session: format!("{driver}/session"),
            site: site.to_owned(),
            profile,
        };
        let mut switches: Vec<_> = SWITCHES.map(str::to_owned).to_vec();
        switches.push(format!(
            "--user-data-dir={}",
            browser.profile.path().display()
        ));
        let setting = if scripts == Scripts::On { 1 } else { 2 };
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "timeouts": {"script": 60_000, "implicit": 0},
            "goog:chromeOptions": {
                "args": switches,
                "prefs": {"profile.managed_default_content_settings.javascript": setting},
            },
        }}});
        let made = browser.send("", wanted).await;
        let id = made["sessionId"].as_str().unwrap();
        browser.session = format!("{driver}/session/{id}");
        browser
    }

    /// Goes to a path of the site, or to a whole address.
    pub async fn go(&self, path: &str) {
        let url = if path.starts_with('/') {
            format!("{}{path}", self.site)
        } else {
            path.to_owned()
        };
        self.send("/url", json!({ "url": url })).await;
    }

    /// The path and query where it is.
    pub async fn path(&self) -> String {
        let url = self.read("/url").await;
        let url = url.as_str().unwrap();
        url.strip_prefix(&self.site).unwrap_or(url).to_owned()
    }

    /// Takes on a session's cookie, or none.
    pub async fn be(&self, cookie: Option<&str>) {
        self.devtools("Network.clearBrowserCookies", json!({}))
            .await;
        if let Some(value) = cookie {
            let cookie = json!({"name": "candor", "value": value, "url": self.site, "httpOnly": true, "sameSite": "Lax"});
            self.devtools("Network.setCookie", cookie).await;
        }
    }

    /// Runs the body of a function in the page; its answer. The last argument is a function to answer by.
    pub async fn run(&self, script: &str) -> Value {
        self.send("/execute/async", json!({"script": script, "args": []}))
            .await
    }

    /// Calls the browser's own interface for developers.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.send(
            "/goog/cdp/execute",
            json!({"cmd": command, "params": parameters}),
        )
        .await
    }

    /// The elements that an `XPath` expression finds.
    pub async fn find(&self, xpath: &str) -> Vec<String> {
        let found = self
            .send("/elements", json!({"using": "xpath", "value": xpath}))
            .await;
        let ids = found.as_array().unwrap().iter();
        ids.map(|it| it[ELEMENT].as_str().unwrap().to_owned())
            .collect()
    }

    /// Presses each key, wherever the focus is.
    pub async fn key(&self, keys: &str) {
        let presses = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}))
        });
        let presses: Vec<_> = presses.collect();
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": presses}]});
        self.send("/actions", body).await;
    }

    pub async fn click(&self, element: &str) {
        self.send(&format!("/element/{element}/click"), json!({}))
            .await;
    }

    pub async fn write(&self, element: &str, text: &str) {
        self.send(&format!("/element/{element}/clear"), json!({}))
            .await;
        self.send(
            &format!("/element/{element}/value"),
            json!({ "text": text }),
        )
        .await;
    }

    /// An attribute as it stands in the page, or empty.
    pub async fn attribute(&self, element: &str, name: &str) -> String {
        let value = self
            .read(&format!("/element/{element}/attribute/{name}"))
            .await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// What a reader sees of an element.
    pub async fn text(&self, element: &str) -> String {
        let text = self.read(&format!("/element/{element}/text")).await;
        text.as_str().unwrap().to_owned()
    }

    /// Ends the session without the runtime, which may be gone.
    fn close(&self) -> std::io::Result<()> {
        let address = self.session.trim_start_matches("http://");
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(
            stream,
            "DELETE /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )?;
        let _ = stream.read(&mut [0])?;
        Ok(())
    }

    async fn send(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.session);
        self.answer(path, self.client.post(url).json(&body)).await
    }

    async fn read(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.session);
        self.answer(path, self.client.get(url)).await
    }

    async fn answer(&self, path: &str, request: reqwest::RequestBuilder) -> Value {
        let response = request.send().await.unwrap();
        let is_good = response.status().is_success();
        let mut answer: Value = response.json().await.unwrap();
        assert!(is_good, "{path}: {:#}", answer["value"]["message"]);
        answer["value"].take()
    }
}

/// The port that chromedriver has chosen, from what it prints.
fn port_of(process: &mut Child) -> u16 {
    let output = process.stdout.take().unwrap();
    let mut lines = BufReader::new(output).lines().map_while(Result::ok);
    let said = lines
        .find(|line| line.contains("started successfully on port"))
        .unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let number = said.rsplit(' ').next().unwrap().trim_end_matches('.');
    number.parse().unwrap()
}

impl Drop for Browser {
    /// Chromium would outlive a driver that is killed, so it is closed first.
    fn drop(&mut self) {
        let _ = self.close();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
