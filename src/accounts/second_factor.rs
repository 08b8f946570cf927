//! The second factor of staff: a code from an authenticator app (RFC 6238), or a recovery code.

use chrono::{NaiveDateTime, TimeDelta};
use data_encoding::BASE32_NOPAD;
use diesel::prelude::*;
use serde_json::json;
use totp_rs::{Builder, Totp};
use url::Url;

use super::limits::Limit;
use super::model::StaffRow;
use super::recovery_codes;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::config::Site;
use crate::db::AnyConnection;
use crate::db::schema::staff;
use crate::error::{AppError, AppResult};
use crate::keys::{Keys, random_bytes};

/// The secret that the app shares, as RFC 4226 advises: 160 bits.
pub type Secret = [u8; 20];

const ATTEMPTS: Limit = Limit {
    purpose: "second factor attempts",
    max: 10,
    max_in_demo: 100,
    window: TimeDelta::minutes(15),
};

/// What was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// A code from the app.
    Totp,
    /// A recovery code.
    RecoveryCode,
}

/// A new secret.
pub fn new_secret() -> Secret {
    random_bytes()
}

/// The secret as it is stored, for that address.
pub fn seal(keys: &Keys, email: &str, secret: &[u8]) -> Vec<u8> {
    keys.seal(&context(email), secret)
}

/// Opens what [`seal`] made.
pub fn open(keys: &Keys, email: &str, sealed: &[u8]) -> AppResult<Vec<u8>> {
    Ok(keys.open(&context(email), sealed)?)
}

/// The secret as people type it into an app that cannot scan.
pub fn in_base32(secret: &[u8]) -> String {
    BASE32_NOPAD.encode(secret)
}

/// What the QR code says: the `otpauth` address that every app understands.
pub fn otpauth_url(site: &Site, email: &str, secret: &[u8]) -> String {
    let mut url = Url::parse("otpauth://totp/").expect("it is an address");
    let issuer = format!("{} privacy", site.organisation).replace(':', "");
    url.set_path(&format!("{issuer}:{email}"));
    url.query_pairs_mut()
        .append_pair("secret", &in_base32(secret))
        .append_pair("issuer", &issuer);
    // Some apps show a plus as it is.
    url.as_str().replace('+', "%20")
}

/// Checks what a staff member typed, and uses it up; none if it does not hold. Counted against guessing.
pub fn check(
    app: &App,
    conn: &mut AnyConnection,
    member: &StaffRow,
    typed: &str,
    now: NaiveDateTime,
) -> AppResult<Option<Shown>> {
    let subject = member.id.to_string();
    ATTEMPTS.take(app, conn, &subject, now)?;
    let shown = if holds(&app.keys, conn, member, typed, now)? {
        Some(Shown::Totp)
    } else if recovery_codes::use_up(conn, &app.keys, member.id, typed, now)? {
        Some(Shown::RecoveryCode)
    } else {
        None
    };
    if shown.is_some() {
        ATTEMPTS.forgive(app, conn, &subject)?;
    }
    Ok(shown)
}

/// Notes in which session the app's last code was shown.
pub fn note_served(conn: &mut AnyConnection, staff_id: i64, mark: &str) -> QueryResult<()> {
    diesel::update(staff::table.filter(staff::id.eq(staff_id)))
        .set(staff::totp_last_mark.eq(mark))
        .execute(conn)
        .map(drop)
}

/// Whether a code of the app that does not hold is the one that served last, shown in the same session: the same form,
/// sent twice.
pub fn has_served(
    keys: &Keys,
    conn: &mut AnyConnection,
    member: &StaffRow,
    (typed, mark): (&str, &str),
    now: NaiveDateTime,
) -> AppResult<bool> {
    let step = step_shown(keys, member, typed, now)?;
    let Some(step) = step.filter(|_| !mark.is_empty()) else {
        return Ok(false);
    };
    let served = staff::table
        .filter(staff::id.eq(member.id))
        .filter(staff::totp_last_step.eq(step))
        .filter(staff::totp_last_mark.eq(mark));
    let found = served.select(staff::id).first::<i64>(conn);
    Ok(found.optional()?.is_some())
}

/// Sets the second factor up, once a code has shown that the app has the secret. `None` if the code does not
/// hold; otherwise the recovery codes.
pub fn set_up(
    app: &App,
    conn: &mut AnyConnection,
    member: &StaffRow,
    secret: &[u8],
    typed: &str,
    now: NaiveDateTime,
) -> AppResult<Option<Vec<String>>> {
    ATTEMPTS.take(app, conn, &member.id.to_string(), now)?;
    let Some(step) = step_of(secret, typed, now) else {
        return Ok(None);
    };
    let without = staff::table
        .filter(staff::id.eq(member.id))
        .filter(staff::disabled_at.is_null())
        .filter(staff::totp_secret.is_null());
    let set = diesel::update(without).set((
        staff::totp_secret.eq(Some(seal(&app.keys, &member.email, secret))),
        staff::totp_last_step.eq(step),
    ));
    if set.execute(conn)? == 0 {
        return Err(AppError::conflict(
            "Your second factor was set up in another window. Sign in again.",
        ));
    }
    Ok(Some(recovery_codes::renew(conn, &app.keys, member.id)?))
}

/// New recovery codes for a signed-in staff member who shows the app once more; `None` if its code does not hold.
pub fn renew_recovery_codes(
    app: &App,
    conn: &mut AnyConnection,
    member: &StaffRow,
    typed: &str,
    now: NaiveDateTime,
) -> AppResult<Option<Vec<String>>> {
    let subject = member.id.to_string();
    ATTEMPTS.take(app, conn, &subject, now)?;
    if !holds(&app.keys, conn, member, typed, now)? {
        return Ok(None);
    }
    ATTEMPTS.forgive(app, conn, &subject)?;
    let event = Event {
        actor: Actor::Staff(member.id),
        action: "staff.recovery_codes_renewed",
        person: None,
        object: "second_factor",
        detail: json!({}),
    };
    audit::record(conn, &event, now)?;
    Ok(Some(recovery_codes::renew(conn, &app.keys, member.id)?))
}

/// A code is taken once: the guarded update lets a step through only if it is newer than the last.
fn holds(
    keys: &Keys,
    conn: &mut AnyConnection,
    member: &StaffRow,
    typed: &str,
    now: NaiveDateTime,
) -> AppResult<bool> {
    let Some(step) = step_shown(keys, member, typed, now)? else {
        return Ok(false);
    };
    let newer = staff::table
        .filter(staff::id.eq(member.id))
        .filter(staff::disabled_at.is_null())
        .filter(staff::totp_last_step.lt(step));
    let taken = diesel::update(newer).set(staff::totp_last_step.eq(step));
    Ok(taken.execute(conn)? == 1)
}

/// The time step of a code that the member's app shows; none for any other.
fn step_shown(
    keys: &Keys,
    member: &StaffRow,
    typed: &str,
    now: NaiveDateTime,
) -> AppResult<Option<i64>> {
    let Some(sealed) = &member.totp_secret else {
        return Ok(None);
    };
    let secret = open(keys, &member.email, sealed)?;
    Ok(step_of(&secret, typed, now))
}

/// The time step that the code belongs to: this one, or one before or after it.
fn step_of(secret: &[u8], typed: &str, now: NaiveDateTime) -> Option<i64> {
    let typed: String = typed.split_whitespace().collect();
    let seconds = u64::try_from(now.and_utc().timestamp()).ok()?;
    i64::try_from(totp(secret).check(&typed, seconds)?).ok()
}

/// What an app with that secret shows at that time; none before 1970.
pub fn code_at(secret: &[u8], now: NaiveDateTime) -> Option<String> {
    let seconds = u64::try_from(now.and_utc().timestamp()).ok()?;
    Some(totp(secret).generate(seconds).to_string())
}

/// Six digits, SHA-1, 30 seconds: what every app can do.
fn totp(secret: &[u8]) -> Totp {
    Builder::new()
        .with_secret(secret.to_vec())
        .build_noncompliant()
}

fn context(email: &str) -> String {
    format!("totp {email}")
}
