//! Ten codes that each stand in for the second factor once.

use chrono::NaiveDateTime;
use data_encoding::BASE32_NOPAD;
use diesel::prelude::*;

use crate::db::AnyConnection;
use crate::db::schema::recovery_codes;
use crate::keys::{Keys, random_bytes};

const HOW_MANY: usize = 10;

/// Makes new codes; earlier ones no longer work. This is the only time that they can be read.
pub fn renew(conn: &mut AnyConnection, keys: &Keys, staff_id: i64) -> QueryResult<Vec<String>> {
    remove(conn, staff_id)?;
    let codes: Vec<_> = (0..HOW_MANY).map(|_| new_code()).collect();
    for code in &codes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::staff_id.eq(staff_id),
                recovery_codes::code_hash.eq(hash(keys, staff_id, code)),
            ))
            .execute(conn)?;
    }
    Ok(codes)
}

/// Whether it is as long as these codes are, without dashes and spaces.
pub fn looks_like_one(typed: &str) -> bool {
    typed.chars().filter(char::is_ascii_alphanumeric).count() == 10
}

/// Uses a code up; `false` if it is not one of theirs, or was used before.
pub fn use_up(
    conn: &mut AnyConnection,
    keys: &Keys,
    staff_id: i64,
    typed: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let unused = recovery_codes::table
        .filter(recovery_codes::code_hash.eq(hash(keys, staff_id, typed)))
        .filter(recovery_codes::staff_id.eq(staff_id))
        .filter(recovery_codes::used_at.is_null());
    let used = diesel::update(unused).set(recovery_codes::used_at.eq(now));
    Ok(used.execute(conn)? == 1)
}

/// How many are left.
pub fn count_unused(conn: &mut AnyConnection, staff_id: i64) -> QueryResult<i64> {
    recovery_codes::table
        .filter(recovery_codes::staff_id.eq(staff_id))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(conn)
}

/// Takes all of them away.
pub fn remove(conn: &mut AnyConnection, staff_id: i64) -> QueryResult<usize> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::staff_id.eq(staff_id)))
        .execute(conn)
}

/// 50 bits, without the digits and letters that are taken for one another: `k7qmd-x2hnp`.
fn new_code() -> String {
    let text = BASE32_NOPAD.encode(&random_bytes::<7>()).to_lowercase();
    format!("{}-{}", &text[..5], &text[5..10])
}

fn hash(keys: &Keys, staff_id: i64, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let value = format!("{staff_id} {}", plain.to_ascii_lowercase());
    keys.hash("recovery code", value.as_bytes())
}
