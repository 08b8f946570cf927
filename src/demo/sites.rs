//! The sites of others that ProJobSector's pages lead to.

use chrono::NaiveDateTime;

use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::leaving::{NewSite, queries};

const SITES: [(&str, &str, &str); 4] = [
    (
        "learning.projobsector.com",
        "ProJobSector Learning, our sister company",
        "https://learning.projobsector.com/privacy",
    ),
    (
        "cppa.ca.gov",
        "California Privacy Protection Agency",
        "https://cppa.ca.gov/privacy_policy.html",
    ),
    (
        "oag.ca.gov",
        "Attorney General of California",
        "https://oag.ca.gov/privacy-policy",
    ),
    (
        "globalprivacycontrol.org",
        "The group behind Global Privacy Control",
        "https://globalprivacycontrol.org/privacy",
    ),
];

/// Puts them on the list.
pub fn add_all(conn: &mut AnyConnection, now: NaiveDateTime) -> AppResult<()> {
    for (host, name, policy_url) in SITES {
        let site = NewSite {
            host: host.to_owned(),
            name: name.to_owned(),
            policy_url: policy_url.to_owned(),
        };
        queries::add(conn, Actor::System, &site, now)?;
    }
    Ok(())
}
