//! Who can sign in to a demonstration: people whose data is in the sample database, and staff.

use std::fmt::Write;
use std::path::Path;

use chrono::NaiveDateTime;
use serde::Serialize;

use super::source::SAMPLES;
use super::staff::STAFF;
use crate::accounts::{queries, second_factor};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::keys::Keys;

/// Somebody to sign in as.
#[derive(Serialize)]
pub struct CastMember {
    /// At example.org.
    pub email: &'static str,
    /// First and last name.
    pub name: &'static str,
    /// `person`, or the staff role.
    pub role: &'static str,
    /// Where a person lives: `us-ca`, `us-tx`, …, `de`.
    pub jurisdiction: Option<&'static str>,
    /// In base32, of staff alone.
    pub totp_secret: Option<String>,
    /// What an authenticator app with that secret shows now; empty for people.
    #[serde(skip)]
    pub code: String,
    /// Where a person lives, in words; empty for staff.
    #[serde(skip)]
    pub lives_in: &'static str,
    /// One sentence on a person.
    #[serde(skip)]
    pub what: &'static str,
}

impl CastMember {
    /// Whether this is somebody whose data is held.
    pub fn is_person(&self) -> bool {
        self.totp_secret.is_none()
    }
}

/// All of them, people first.
pub fn list(
    conn: &mut AnyConnection,
    keys: &Keys,
    now: NaiveDateTime,
) -> AppResult<Vec<CastMember>> {
    let people = SAMPLES.iter().map(|person| CastMember {
        email: person.email,
        name: person.name,
        role: "person",
        jurisdiction: Some(person.residence()),
        totp_secret: None,
        code: String::new(),
        lives_in: person.lives_in(),
        what: person.what,
    });
    let mut cast: Vec<_> = people.collect();
    for member in STAFF {
        let row = queries::find_active_staff(conn, keys, member.email)?;
        let Some(sealed) = row.and_then(|row| row.totp_secret) else {
            continue;
        };
        let secret = second_factor::open(keys, member.email, &sealed)?;
        cast.push(CastMember {
            email: member.email,
            name: member.name,
            role: member.role.as_str(),
            jurisdiction: None,
            totp_secret: Some(second_factor::in_base32(&secret)),
            code: second_factor::code_at(&secret, now).unwrap_or_default(),
            lives_in: "",
            what: "",
        });
    }
    Ok(cast)
}

/// What is printed at the start: where the portal is, and a table of who can sign in.
pub fn notice(app: &App, folder: &Path) -> AppResult<String> {
    let now = app.clock.now();
    let cast = app.db.read_now(|conn| list(conn, &app.keys, now))?;
    let mut text = format!(
        "A demonstration with invented people and data, in {}\n\n  Portal   {}\n  Mailbox  {}\n\n",
        folder.display(),
        app.site.url("/"),
        app.site.url("/demo/mailbox"),
    );
    let mut line = |columns: [&str; 4]| {
        let [email, role, place, what] = columns;
        writeln!(text, "  {email:<30} {role:<11} {place:<11} {what}").expect("a string takes all");
    };
    line(["Sign in as", "Role", "Lives in", ""]);
    for member in &cast {
        let secret = member
            .totp_secret
            .as_ref()
            .map(|secret| format!("second factor {secret}"));
        let what = secret.as_deref().unwrap_or(member.what);
        line([member.email, member.role, member.lives_in, what]);
    }
    text.push_str("\nCodes to sign in arrive in the mailbox. Ctrl-C stops the demonstration.");
    Ok(text)
}
