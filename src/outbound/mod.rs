//! Calls to addresses that others gave us: over https, never into our own network, and never on to where an answer
//! redirects.
//!
//! The address is looked at when the connection is made: every name is resolved by [`Public`], and only what it lets
//! through can be connected to. So a name that pointed elsewhere a moment ago does not help.

pub mod public;
pub mod resting;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ipnet::IpNet;
use reqwest::Response;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use url::{Host, Url};

use self::resting::Resting;
use crate::error::{AppError, AppResult};

/// Whether what is sent to a host of this name stays on this machine.
pub fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|it| it.is_loopback())
}

/// So long a whole call may take.
const TAKES_AT_MOST: Duration = Duration::from_secs(10);

/// Makes calls. Cheap to clone; connections are kept.
#[derive(Clone)]
pub struct Outbound {
    client: reqwest::Client,
    allowed: Arc<[IpNet]>,
    resting: Resting,
    patience: Duration,
}

impl Outbound {
    /// Calls may go to public addresses, and to these networks, there without TLS too.
    pub fn new(allowed: &[IpNet]) -> anyhow::Result<Self> {
        let allowed: Arc<[IpNet]> = allowed.into();
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(TAKES_AT_MOST)
            .pool_max_idle_per_host(8)
            .user_agent("Candor")
            .dns_resolver(Arc::new(Public(allowed.clone())))
            .build()?;
        Ok(Outbound {
            client,
            allowed,
            resting: Resting::default(),
            patience: TAKES_AT_MOST,
        })
    }

    /// Waits so long for the answer to a [`Outbound::post`].
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Outbound { patience, ..self }
    }

    /// The address, if a call may go there as far as that can be told before the connection; else why not.
    pub fn check(&self, url: &str) -> Result<Url, &'static str> {
        let Ok(url) = Url::parse(url) else {
            return Err("This is not an address.");
        };
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err("This address names no host."),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("An address must not hold a name or password.");
        }
        let may_be_plain = literal.is_some_and(|it| is_in(&self.allowed, it));
        if url.scheme() != "https" && !(url.scheme() == "http" && may_be_plain) {
            return Err("An address must begin with https://.");
        }
        if literal.is_some_and(|it| !may_connect(&self.allowed, it)) {
            return Err("This address is in a private network.");
        }
        Ok(url)
    }

    /// Posts a body; gives the status of the answer, which is not read. A host that let a call wait in vain is left alone
    /// for a while, so that those who wait for it do not keep others waiting.
    ///
    /// # Errors
    /// [`AppError::BadRequest`] when no call may go there, [`AppError::Unavailable`] when there was no answer.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
    ) -> AppResult<u16> {
        let url = self
            .check(url)
            .map_err(|sentence| AppError::BadRequest(sentence.to_owned()))?;
        let host = url.authority().to_owned();
        if !self.resting.may_try(&host, self.patience, Instant::now()) {
            let sentence = "It let a call wait in vain a moment ago; it is tried again later.";
            return Err(AppError::Unavailable(sentence.to_owned()));
        }
        let answer = self.send(url, headers, body, self.patience).await;
        match &answer {
            Err(error) if error.is_timeout() => self.resting.rest(host, Instant::now()),
            _ => self.resting.wake(&host),
        }
        let answer = answer.map_err(|error| AppError::Unavailable(told(&error)));
        Ok(answer?.status().as_u16())
    }

    /// Posts a body to an address that [`Outbound::check`] let through. The answer is still to be read, `within` the
    /// same time.
    ///
    /// # Errors
    /// When there was no answer; without the address, which may hold a secret.
    pub async fn send(
        &self,
        url: Url,
        headers: &[(&'static str, String)],
        body: String,
        within: Duration,
    ) -> reqwest::Result<Response> {
        let request = self.client.post(url).timeout(within);
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, value)
        });
        let answer = request.body(body).send().await;
        answer.map_err(reqwest::Error::without_url)
    }
}

/// The innermost reason: "connection refused", "this address is in a private network".
pub fn told(error: &reqwest::Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    format!("{error}: {reason}")
}

/// Resolves names, and leaves out addresses that no call may go to.
struct Public(Arc<[IpNet]>);

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let good: Vec<_> = found.filter(|it| may_connect(&allowed, it.ip())).collect();
            if good.is_empty() {
                return Err("this name leads into a private network".into());
            }
            let good: Addrs = Box::new(good.into_iter());
            Ok(good)
        })
    }
}

fn may_connect(allowed: &[IpNet], address: IpAddr) -> bool {
    is_in(allowed, address) || public::is_public(address)
}

fn is_in(networks: &[IpNet], address: IpAddr) -> bool {
    networks.iter().any(|it| it.contains(&address))
}
