//! Sites of others that are known.

use diesel::prelude::*;
use url::{Host, Url};

use crate::db::schema::sites;

/// A site that pages lead to.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = sites)]
pub struct Site {
    /// Internal.
    pub id: i64,
    /// Such as `example.com`; it speaks for what stands below it too, unless that has a row of its own.
    pub host: String,
    /// Who runs it.
    pub name: String,
    /// Where it says what it does with data.
    pub policy_url: String,
}

/// A site to add, or as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSite {
    /// In ASCII and small letters.
    pub host: String,
    /// Who runs it.
    pub name: String,
    /// An address of the web.
    pub policy_url: String,
}

impl NewSite {
    /// The host as it is kept; `None` if that cannot be the name of a site.
    pub fn host(typed: &str) -> Option<String> {
        let url = Url::parse(&format!("https://{typed}/")).ok()?;
        let is_bare = url.path() == "/" && url.port().is_none() && url.username().is_empty();
        match url.host()? {
            Host::Domain(host) if is_bare && url.query().is_none() && is_name(host) => {
                Some(host.trim_end_matches('.').to_owned())
            }
            _ => None,
        }
    }

    /// The address of a policy as it is kept; `None` if a browser could not show it.
    pub fn policy_url(typed: &str) -> Option<String> {
        web_url(typed).map(String::from)
    }
}

/// Whether it names a site: with a dot, and with no sign that stands for many.
fn is_name(host: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    host.contains('.') && host.bytes().all(fits)
}

/// An address that a browser can show.
pub(super) fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.host_str().is_some()).then_some(url)
}

/// A host and every host above it, the nearest first: `a.b.example`, `b.example`.
pub fn with_parents(host: &str) -> Vec<&str> {
    let hosts = std::iter::successors(Some(host), |&it| Some(it.split_once('.')?.1));
    hosts.filter(|it| it.contains('.')).collect()
}
