//! Reading and writing versions.

use chrono::{NaiveDate, NaiveDateTime};
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::draft::Draft;
use super::model::{History, PolicyVersion};
use crate::db::schema::policy_versions;
use crate::db::{AnyConnection, both};

/// All versions, newest first.
pub fn history(conn: &mut AnyConnection) -> QueryResult<History> {
    let versions = PolicyVersion::query().order(policy_versions::effective_on.desc());
    versions.load(conn).map(History)
}

/// What stands in addresses for the version that holds on a day, if any was published by then.
pub fn name_of_current(conn: &mut AnyConnection, on: NaiveDate) -> QueryResult<Option<String>> {
    both!(conn, |conn| policy_versions::table
        .filter(policy_versions::effective_on.le(on))
        .order(policy_versions::effective_on.desc())
        .select(policy_versions::version)
        .first(conn)
        .optional())
}

/// The text of a version as it was written.
pub fn body(conn: &mut AnyConnection, id: i64) -> QueryResult<String> {
    let version = policy_versions::table.find(id);
    version.select(policy_versions::body).first(conn)
}

/// Writes a version. The database refuses a second one of that name or for that day.
pub fn insert(
    conn: &mut AnyConnection,
    draft: &Draft,
    published_by: Option<i64>,
    published_at: NaiveDateTime,
) -> QueryResult<PolicyVersion> {
    let id = diesel::insert_into(policy_versions::table)
        .values((
            policy_versions::version.eq(&draft.version),
            policy_versions::title.eq(&draft.title),
            policy_versions::summary.eq(&draft.summary),
            policy_versions::effective_on.eq(draft.effective_on),
            policy_versions::published_at.eq(published_at),
            policy_versions::published_by.eq(published_by),
            policy_versions::body_hash.eq(body_hash(&draft.body)),
            policy_versions::body.eq(&draft.body),
        ))
        .returning(policy_versions::id)
        .get_result::<i64>(conn)?;
    PolicyVersion::query()
        .filter(policy_versions::id.eq(id))
        .first(conn)
}

/// SHA-256 of a text, in hex.
pub fn body_hash(body: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(body))
}
