//! The page before a site of others: it says where a link leads, and what is known of that site. Nobody is sent on
//! without a click of their own.
//!
//! Pages link out through [`path`] (in templates `page.leaving(url)`). The target is signed with the portal's key,
//! so that nobody can make the portal vouch for a link of theirs.

pub mod model;
pub mod pages;
pub mod queries;
pub mod staff_pages;

pub use model::{NewSite, Site};

use url::{Url, form_urlencoded};

use crate::keys::Keys;

/// What keyed hashes of targets are made under.
const PURPOSE: &str = "leaving";

/// The path of the page before a site of others.
pub fn path(keys: &Keys, url: &str) -> String {
    let signed = format!("{}-{url}", keys.hash(PURPOSE, url.as_bytes()));
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("to", &signed)
        .finish();
    format!("/leaving?{query}")
}

/// The target, if this portal signed it and it is a site that a browser can show.
fn target(keys: &Keys, signed: &str) -> Option<Url> {
    let (hash, url) = signed.split_once('-')?;
    if !keys.hash_matches(PURPOSE, url.as_bytes(), hash) {
        return None;
    }
    model::web_url(url)
}
