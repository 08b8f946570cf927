//! Six digits and a link in one mail: used once, for ten minutes, in the browser that asked.

use chrono::{NaiveDateTime, TimeDelta};
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use rand::Rng;

use crate::db::AnyConnection;
use crate::db::schema::sign_in_codes;
use crate::db::text_enum;
use crate::keys::{Keys, random_bytes};

/// A code and its link hold so long.
pub const CODE_LASTS: TimeDelta = TimeDelta::minutes(10);

/// So long it is known that a code has served: the same form or link, sent twice, leads on.
const SERVED_FOR: TimeDelta = TimeDelta::minutes(1);

/// So often a code may be guessed before it is of no use.
const MAX_ATTEMPTS: i32 = 5;

text_enum! {
    /// What a code is for. One for the other does not work.
    pub enum Purpose {
        /// Signing in.
        SignIn = "sign_in",
        /// Confirming that it is still them.
        StepUp = "step_up",
        /// Having another address in the account.
        NewAddress = "new_address",
    }
}

/// What goes out by mail; the database keeps keyed hashes of both.
#[derive(Debug)]
pub struct NewCode {
    /// Six digits.
    pub digits: String,
    /// The end of the link. In hex, so that no part of it looks like a code.
    pub token: String,
}

/// How trying a code went.
#[derive(Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It was right, and is used up. Holds the address that it was mailed to.
    Right(String),
    /// It was right a moment ago in this browser, and has served: nothing more comes of it. Holds the address.
    Again(String),
    /// It was wrong; so many more tries are left.
    Wrong(i32),
    /// There is no code to try: none was asked for, or it is too old, used, or guessed at too often.
    Dead,
}

/// How following a link went.
#[derive(Debug, PartialEq, Eq)]
pub enum Link {
    /// It was opened where the code was asked for, and is used up. Holds the address that it was mailed to.
    Right(String),
    /// It has served a moment ago in this browser. Holds the address.
    Again(String),
    /// It is good, but in another browser. Mail programs and their scanners open links, too.
    OtherBrowser,
    /// It is too old, used, or was never sent.
    Dead,
}

/// A new code for the address, in place of any that this browser had asked for.
pub fn issue(
    conn: &mut AnyConnection,
    keys: &Keys,
    purpose: Purpose,
    email: &str,
    browser: &str,
    now: NaiveDateTime,
) -> QueryResult<NewCode> {
    let digits = format!("{:06}", rand::rng().random_range(0..1_000_000));
    let token = HEXLOWER.encode(&random_bytes::<16>());
    let browser_hash = browser_hash(keys, purpose, browser);
    let earlier = sign_in_codes::table.filter(sign_in_codes::browser_hash.eq(&browser_hash));
    diesel::delete(earlier).execute(conn)?;
    diesel::insert_into(sign_in_codes::table)
        .values((
            sign_in_codes::code_hash.eq(code_hash(keys, &browser_hash, &digits)),
            sign_in_codes::browser_hash.eq(browser_hash),
            sign_in_codes::link_hash.eq(link_hash(keys, &token)),
            sign_in_codes::email.eq(email),
            sign_in_codes::attempts.eq(0),
            sign_in_codes::created_at.eq(now),
            sign_in_codes::expires_at.eq(now + CODE_LASTS),
        ))
        .execute(conn)?;
    Ok(NewCode { digits, token })
}

/// What is wrong with what was typed before it is tried, so that a slip costs no try; none for six digits.
pub fn slip(typed: &str) -> Option<&'static str> {
    let signs = typed.chars().filter(|it| !it.is_whitespace() && *it != '-');
    let signs: Vec<char> = signs.collect();
    if signs.is_empty() {
        Some("Enter the code. It has six digits.")
    } else if !signs.iter().all(char::is_ascii_digit) {
        Some("A code has digits alone. Enter its six digits.")
    } else if signs.len() != 6 {
        Some("A code has six digits. Check that you entered all of them, and no more.")
    } else {
        None
    }
}

/// Whether this browser has a code that can still be tried.
pub fn has_live_code(
    conn: &mut AnyConnection,
    keys: &Keys,
    purpose: Purpose,
    browser: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    find_live(conn, &browser_hash(keys, purpose, browser), now).map(|id| id.is_some())
}

/// Tries a code. The try is counted before it is looked at, by a guarded update, so that many tries at
/// once are no more than many.
pub fn attempt(
    conn: &mut AnyConnection,
    keys: &Keys,
    purpose: Purpose,
    browser: &str,
    typed: &str,
    now: NaiveDateTime,
) -> QueryResult<Attempt> {
    let browser_hash = browser_hash(keys, purpose, browser);
    let typed: String = typed.chars().filter(char::is_ascii_digit).collect();
    let value = code_value(&browser_hash, &typed);
    let Some(id) = find_live(conn, &browser_hash, now)? else {
        let served = find_served(conn, &browser_hash, now)?;
        let same = served.filter(|(_, hash)| keys.hash_matches(CODE, value.as_bytes(), hash));
        return Ok(same.map_or(Attempt::Dead, |(email, _)| Attempt::Again(email)));
    };
    let unspent = sign_in_codes::table
        .filter(sign_in_codes::id.eq(id))
        .filter(sign_in_codes::attempts.lt(MAX_ATTEMPTS));
    let counted: Option<(String, String, i32)> = diesel::update(unspent)
        .set(sign_in_codes::attempts.eq(sign_in_codes::attempts + 1))
        .returning((
            sign_in_codes::email,
            sign_in_codes::code_hash,
            sign_in_codes::attempts,
        ))
        .get_result(conn)
        .optional()?;
    let Some((email, hash, attempts)) = counted else {
        return Ok(Attempt::Dead);
    };
    if !keys.hash_matches(CODE, value.as_bytes(), &hash) {
        return Ok(Attempt::Wrong(MAX_ATTEMPTS - attempts));
    }
    Ok(if use_up(conn, id, now)? {
        Attempt::Right(email)
    } else {
        Attempt::Again(email)
    })
}

/// Follows a link. It is used up only in the browser that asked for it.
pub fn follow(
    conn: &mut AnyConnection,
    keys: &Keys,
    purpose: Purpose,
    browser: Option<&str>,
    token: &str,
    now: NaiveDateTime,
) -> QueryResult<Link> {
    let found: Option<(i64, String, String, Option<NaiveDateTime>)> = sign_in_codes::table
        .filter(sign_in_codes::link_hash.eq(link_hash(keys, token)))
        .filter(sign_in_codes::expires_at.gt(now))
        .select((
            sign_in_codes::id,
            sign_in_codes::email,
            sign_in_codes::browser_hash,
            sign_in_codes::used_at,
        ))
        .first(conn)
        .optional()?;
    let Some((id, email, asked_by, used_at)) = found else {
        return Ok(Link::Dead);
    };
    let is_asked_here =
        browser.is_some_and(|browser| browser_hash(keys, purpose, browser) == asked_by);
    Ok(match used_at {
        Some(_) if is_asked_here => Link::Again(email),
        Some(_) => Link::Dead,
        None if !is_asked_here => Link::OtherBrowser,
        None if use_up(conn, id, now)? => Link::Right(email),
        None => Link::Again(email),
    })
}

/// Removes codes that can no longer be used.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(sign_in_codes::table.filter(sign_in_codes::expires_at.le(now))).execute(conn)
}

fn find_live(
    conn: &mut AnyConnection,
    browser_hash: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<i64>> {
    sign_in_codes::table
        .filter(sign_in_codes::browser_hash.eq(browser_hash))
        .filter(sign_in_codes::expires_at.gt(now))
        .filter(sign_in_codes::attempts.lt(MAX_ATTEMPTS))
        .filter(sign_in_codes::used_at.is_null())
        .order(sign_in_codes::id.desc())
        .select(sign_in_codes::id)
        .first(conn)
        .optional()
}

/// The address and the hash of the code that this browser has used a moment ago.
fn find_served(
    conn: &mut AnyConnection,
    browser_hash: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<(String, String)>> {
    sign_in_codes::table
        .filter(sign_in_codes::browser_hash.eq(browser_hash))
        .filter(sign_in_codes::used_at.is_not_null())
        .filter(sign_in_codes::expires_at.gt(now))
        .order(sign_in_codes::id.desc())
        .select((sign_in_codes::email, sign_in_codes::code_hash))
        .first(conn)
        .optional()
}

/// `false` when another request has used it up in between.
fn use_up(conn: &mut AnyConnection, id: i64, now: NaiveDateTime) -> QueryResult<bool> {
    let unused = sign_in_codes::table
        .filter(sign_in_codes::id.eq(id))
        .filter(sign_in_codes::used_at.is_null());
    let used = diesel::update(unused).set((
        sign_in_codes::used_at.eq(now),
        sign_in_codes::expires_at.eq(now + SERVED_FOR),
    ));
    Ok(used.execute(conn)? == 1)
}

const CODE: &str = "mailed code";

fn browser_hash(keys: &Keys, purpose: Purpose, browser: &str) -> String {
    keys.hash(&format!("browser {purpose}"), browser.as_bytes())
}

fn code_hash(keys: &Keys, browser_hash: &str, digits: &str) -> String {
    keys.hash(CODE, code_value(browser_hash, digits).as_bytes())
}

fn code_value(browser_hash: &str, digits: &str) -> String {
    format!("{browser_hash} {digits}")
}

fn link_hash(keys: &Keys, token: &str) -> String {
    keys.hash("mailed link", token.as_bytes())
}
