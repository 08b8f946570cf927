//! A browser of the monitor: it keeps cookies, follows nothing by itself and marks each visit.

use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use url::Url;

use super::mark;
use crate::app::App;

/// So long an answer may take.
const TAKES_AT_MOST: Duration = Duration::from_secs(10);

/// A browser that has been nowhere yet.
pub struct Browser {
    client: reqwest::Client,
    base: Url,
    mark: String,
    cookies: Vec<(String, String)>,
}

/// What a page answered.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Where it leads on.
    pub location: Option<String>,
    /// The `Vary` header.
    pub vary: String,
    /// The page.
    pub body: String,
}

impl Browser {
    /// A browser for the portal at that address.
    pub fn new(app: &App, base: &Url) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(TAKES_AT_MOST)
            .user_agent("Candor")
            .build()?;
        Ok(Browser {
            client,
            base: base.clone(),
            mark: mark::make(&app.keys, app.clock.now()),
            cookies: Vec::new(),
        })
    }

    /// Whether a link leads to a page of this portal; its path then.
    pub fn own_path(&self, link: &str) -> Option<String> {
        let url = self.base.join(link).ok()?;
        let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
        (url.origin() == self.base.origin()).then(|| format!("{}{query}", url.path()))
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Result<Answer, String> {
        let request = self.client.get(self.url(path)?);
        self.send(path, request).await
    }

    /// The same with the signal.
    pub async fn get_with_signal(&mut self, path: &str) -> Result<Answer, String> {
        let request = self.client.get(self.url(path)?).header("sec-gpc", "1");
        self.send(path, request).await
    }

    /// Sends a form without any field filled in.
    pub async fn send_form(&mut self, path: &str) -> Result<Answer, String> {
        let request = self.client.post(self.url(path)?);
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body("email=");
        self.send(path, request).await
    }

    fn url(&self, path: &str) -> Result<Url, String> {
        self.base
            .join(path)
            .map_err(|_| format!("{path} is not an address."))
    }

    async fn send(
        &mut self,
        path: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<Answer, String> {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<_> = cookies.collect();
        let answer = request
            .header(mark::HEADER, &self.mark)
            .header(COOKIE, cookies.join("; "))
            .send();
        let answer = answer
            .await
            .map_err(|_| format!("{path} does not answer."))?;
        for cookie in answer.headers().get_all(SET_COOKIE) {
            self.keep(cookie.to_str().unwrap_or_default());
        }
        let header = |name| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (location, vary) = (header(LOCATION), header(reqwest::header::VARY));
        let status = answer.status().as_u16();
        let body = answer.text().await;
        Ok(Answer {
            status,
            location,
            vary: vary.unwrap_or_default(),
            body: body.map_err(|_| format!("{path} breaks off."))?,
        })
    }

    fn keep(&mut self, cookie: &str) {
        let pair = cookie.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl Answer {
    /// The page, if there is one.
    pub fn page(self, path: &str) -> Result<String, String> {
        match self.status {
            200 => Ok(self.body),
            status => Err(format!("{path} answers {status}.")),
        }
    }

    /// Where it leads on, if it does.
    pub fn leads_on(self, path: &str) -> Result<String, String> {
        match (self.status, self.location) {
            (303, Some(location)) => Ok(location),
            (status, _) => Err(format!("Sending the form at {path} answers {status}.")),
        }
    }
}
