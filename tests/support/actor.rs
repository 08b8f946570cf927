//! Somebody with a browser of their own.

use reqwest::Result;
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use super::Answer;

/// Keeps cookies and never follows redirects.
pub struct Actor {
    client: reqwest::Client,
    base: String,
    cookies: Mutex<BTreeMap<String, String>>,
    headers: HeaderMap,
}

impl Actor {
    /// Whoever comes to one portal comes by the same client: to make one takes long, and it keeps nothing of anybody.
    pub(super) fn new(client: reqwest::Client, base: &str, session: Option<String>) -> Self {
        let cookies = session
            .map(|value| ("candor".to_owned(), value))
            .into_iter()
            .collect();
        Actor {
            client,
            base: base.to_owned(),
            cookies: Mutex::new(cookies),
            headers: HeaderMap::new(),
        }
    }

    /// The same browser in another network: 127.0.0.2 and so on, as everything in 127.0.0.0/8 is this machine.
    #[must_use]
    pub fn in_network(mut self, address: [u8; 4]) -> Self {
        self.client = client(Some(address.into()));
        self
    }

    /// The same browser, sending one more header with each request.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.append(name, HeaderValue::from_static(value));
        self
    }

    /// The same browser with Global Privacy Control turned on.
    #[must_use]
    pub fn with_signal(self) -> Self {
        self.with_header("sec-gpc", "1")
    }

    /// The session's cookie, as the browser keeps it.
    pub fn session_cookie(&self) -> Option<String> {
        self.cookies.lock().unwrap().get("candor").cloned()
    }

    /// The same browser, at another server.
    #[must_use]
    pub fn at(mut self, base: &str) -> Self {
        base.clone_into(&mut self.base);
        self
    }

    /// As [`Actor::get`]; `None` when the server broke off.
    pub async fn try_get(&self, path: &str) -> Option<Answer> {
        let request = self.client.get(self.url(path));
        self.try_send(request, path).await.ok()
    }

    /// As [`Actor::post`]; `None` when the server broke off.
    pub async fn try_post(&self, path: &str, fields: &[(&str, &str)]) -> Option<Answer> {
        let request = self.client.post(self.url(path)).form(fields);
        let request = request.header("sec-fetch-site", "same-origin");
        self.try_send(request, path).await.ok()
    }

    /// As [`Actor::post_multipart`]; `None` when the server broke off.
    pub async fn try_post_multipart(
        &self,
        path: &str,
        form: reqwest::multipart::Form,
    ) -> Option<Answer> {
        let request = self.client.post(self.url(path)).multipart(form);
        let request = request.header("sec-fetch-site", "same-origin");
        self.try_send(request, path).await.ok()
    }

    /// The same browser with Global Privacy Control turned off again.
    #[must_use]
    pub fn without_signal(mut self) -> Self {
        self.headers.remove("sec-gpc");
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.client.get(self.url(path)), path).await
    }

    /// Posts fields as a form of this site would.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(
            self.client
                .post(self.url(path))
                .form(fields)
                .header("sec-fetch-site", "same-origin"),
            path,
        )
        .await
    }

    /// Posts a form with files.
    pub async fn post_multipart(&self, path: &str, form: reqwest::multipart::Form) -> Answer {
        let request = self
            .client
            .post(self.url(path))
            .multipart(form)
            .header("sec-fetch-site", "same-origin");
        self.send(request, path).await
    }

    /// Posts without saying where the form came from.
    pub async fn post_from_nowhere(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(self.client.post(self.url(path)).form(fields), path)
            .await
    }

    /// Fills the form of a page that is sent to `action`, and sends it. Hidden fields go along as they are.
    pub async fn submit(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let filled = page.fill(action, fields);
        let filled: Vec<_> = filled
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(action, &filled).await
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder, path: &str) -> Answer {
        let answer = self.try_send(request, path).await;
        answer.unwrap_or_else(|error| panic!("no answer to {path}: {error:?}"))
    }

    async fn try_send(&self, request: reqwest::RequestBuilder, path: &str) -> Result<Answer> {
        let cookies: Vec<_> = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request.headers(self.headers.clone());
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let response = request.send().await?;
        self.keep_cookies(response.headers());
        Answer::read(path, response).await
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for header in headers.get_all(SET_COOKIE) {
            let text = header.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || text.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// What sends requests, from that address.
pub(super) fn client(from: Option<IpAddr>) -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // Sooner than the server does, or a request could meet a connection that is just being closed.
        .pool_idle_timeout(Duration::from_secs(2))
        .local_address(from)
        .build()
        .unwrap()
}
