//! Signed calls to one service, within a time: what fails for a moment is tried again.

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ipnet::IpNet;
use percent_encoding::percent_decode_str;
use reqwest::{Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::protocol::Request;
use crate::{
    clock::Clock,
    keys::hmac_hex,
    outbound::{Outbound, told},
    sources::{Fault, Rule},
};

/// A longer answer is not read.
const LONGEST: usize = 8 << 20;
const TRIES: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LEAST_SECRET: usize = 32;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("http-sources")
        .enable_all()
        .build();
    runtime.expect("a machine that runs a server has a thread left")
});

/// Makes calls to one address.
pub(super) struct Client {
    outbound: Outbound,
    url: Url,
    secret: Vec<u8>,
    clock: Clock,
}

/// How a try ended that gave no answer.
enum Failed {
    /// The next may succeed.
    Passing(Fault),
    /// There is an answer, but none that was agreed on: of a change, it does not say whether it was made.
    Unread(Fault),
    Final(Fault),
}

impl Client {
    /// The password of the URL is the secret; it is never sent. Calls go to public addresses and these networks.
    pub fn new(url: &str, networks: &[IpNet]) -> Result<Self, String> {
        let mut url = Url::parse(url).map_err(|_| "the URL cannot be read".to_owned())?;
        let secret: Vec<u8> = percent_decode_str(url.password().unwrap_or_default()).collect();
        if secret.len() < LEAST_SECRET {
            return Err(format!(
                "the URL holds no secret of {LEAST_SECRET} characters or more to sign with, as in https://candor:SECRET@host/path"
            ));
        }
        let cleared = url.set_password(None).and_then(|()| url.set_username(""));
        cleared.map_err(|()| "the URL names no host".to_owned())?;
        let outbound = Outbound::new(networks).map_err(|error| error.to_string())?;
        let url = outbound.check(url.as_str()).map_err(str::to_owned)?;
        Ok(Self {
            outbound,
            url,
            secret,
            clock: Clock::system(),
        })
    }

    /// Asks, and reads the answer. `key` is the same in each try of one change, which is also asked again when its answer
    /// cannot be read: who answers so may have made it.
    pub fn ask<T: DeserializeOwned>(
        &self,
        request: &Request<'_>,
        key: Option<&str>,
        wait: Duration,
    ) -> Result<T, Fault> {
        let body = serde_json::to_string(request).expect("a request is JSON");
        let ends = Instant::now() + wait;
        RUNTIME.block_on(self.answer(&body, key, ends))
    }

    async fn answer<T: DeserializeOwned>(
        &self,
        body: &str,
        key: Option<&str>,
        ends: Instant,
    ) -> Result<T, Fault> {
        let mut pause = FIRST_PAUSE;
        for tried in 1.. {
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Fault::TimedOut);
            }
            let answer = self.try_once(body, key, left).await;
            match answer.and_then(|answer| read(&answer)) {
                Ok(answer) => return Ok(answer),
                Err(Failed::Final(fault)) => return Err(fault),
                Err(Failed::Unread(fault)) if key.is_none() => return Err(fault),
                Err(Failed::Passing(fault) | Failed::Unread(fault)) => {
                    if tried >= TRIES || Instant::now() + pause >= ends {
                        return Err(of_change(key, fault));
                    }
                }
            }
            tokio::time::sleep(pause).await;
            pause *= 3;
        }
        Err(Fault::TimedOut)
    }

    async fn try_once(
        &self,
        body: &str,
        key: Option<&str>,
        left: Duration,
    ) -> Result<Vec<u8>, Failed> {
        let now: DateTime<Utc> = self.clock.now().and_utc();
        let at = now.timestamp();
        let signature = hmac_hex(&self.secret, format!("{at}.{body}").as_bytes());
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("candor-signature", format!("t={at},v1={signature}")),
        ];
        headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
        let sent = self
            .outbound
            .send(self.url.clone(), &headers, body.to_owned(), left)
            .await;
        let mut response = sent.map_err(|error| failed(&error))?;
        if let Some(failed) = refused(&response) {
            return Err(failed);
        }
        let mut answer = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| failed(&error))? {
            if answer.len() + bytes.len() > LONGEST {
                let wrong = "an answer is longer than 8 MiB".to_owned();
                return Err(Failed::Unread(Fault::Malformed(wrong)));
            }
            answer.extend_from_slice(&bytes);
        }
        Ok(answer)
    }
}

fn read<T: DeserializeOwned>(answer: &[u8]) -> Result<T, Failed> {
    serde_json::from_slice(answer).map_err(|error| {
        // Without the parser's words, which may quote what was answered.
        let (line, column) = (error.line(), error.column());
        let wrong = format!("the answer is not as agreed (line {line}, column {column})");
        Failed::Unread(Fault::Malformed(wrong))
    })
}

/// Of a change whose answer could never be read, staff are told what that means.
fn of_change(key: Option<&str>, fault: Fault) -> Fault {
    match fault {
        Fault::Malformed(wrong) if key.is_some() => Fault::Malformed(format!(
            "{wrong}, so that nobody knows whether the change was made; another try looks first"
        )),
        other => other,
    }
}

fn failed(error: &reqwest::Error) -> Failed {
    Failed::Passing(if error.is_timeout() {
        Fault::TimedOut
    } else {
        Fault::Unavailable(told(error))
    })
}

/// What a status other than 200 means.
fn refused(response: &Response) -> Option<Failed> {
    let status = response.status();
    let told = format!("it answered {}", status.as_u16());
    let fault = match status {
        StatusCode::OK => return None,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            return Some(Failed::Passing(Fault::Unavailable(told)));
        }
        StatusCode::NOT_FOUND => Fault::Missing("such collection or field".to_owned()),
        StatusCode::METHOD_NOT_ALLOWED => Fault::ReadOnly,
        // Worth another run, which looks at the records anew, and not the same call again.
        StatusCode::CONFLICT => Fault::Unavailable("a record was changed meanwhile".to_owned()),
        StatusCode::UNPROCESSABLE_ENTITY => Fault::Refused(Rule::Other),
        _ if status.is_server_error() => {
            return Some(Failed::Passing(Fault::Unavailable(told)));
        }
        _ if status.is_redirection() => Fault::Failed(format!("{told}; no redirect is followed")),
        _ => Fault::Failed(told),
    };
    Some(Failed::Final(fault))
}
