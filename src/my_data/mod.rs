//! The person's ledger: each datum with its source, purpose, recipients and end date, read live from the sources,
//! and the export package.
//!
//! Nothing is copied into the portal, except into a sealed package with an end date ([`export`]). What page,
//! package, correction and deletion say about a field comes from one description, `register::FieldView`.

pub mod check_pages;
pub mod export;
mod given_by;
pub mod kept;
pub mod ledger;
pub mod otherwise;
pub mod pages;
pub mod period;
mod picture;
pub mod redactions;
pub mod set_aside;
pub mod statements;
mod stays;
mod values;

use diesel::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub use values::said;

use crate::accounts::model::{Identity, IdentityKind};
use crate::accounts::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::register::CollectionKey;
use crate::sources::{Identities, SourceError};

/// All but what may stand in a path as it is, so that addresses stay readable.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-');

/// By what the sources know a person: all verified identities.
pub fn identities_of(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Identities> {
    Ok(known(&queries::list_identities(conn, person_id)?))
}

/// By what the sources know any of some people.
pub fn identities_of_crowd(
    conn: &mut AnyConnection,
    person_ids: Vec<i64>,
) -> QueryResult<Identities> {
    Ok(known(&queries::list_identities_of(conn, person_ids)?))
}

fn known(identities: &[Identity]) -> Identities {
    identities
        .iter()
        .fold(Identities::default(), |known, identity| {
            known.with(as_sources_call(identity.kind), &identity.value)
        })
}

/// As manifests call handles of that kind.
pub fn as_sources_call(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Email => "email",
        IdentityKind::Phone => "phone_number",
        IdentityKind::External => "external_id",
    }
}

/// By which kinds of identities data can be found at all.
pub fn kinds_found_by(app: &App) -> Vec<IdentityKind> {
    let all = IdentityKind::ALL.iter().copied();
    all.filter(|kind| app.sources.finds_by(as_sources_call(*kind)))
        .collect()
}

/// Reads a person's data [apart](crate::sources::Sources::apart) from other work: sources wait for other systems.
pub async fn read<T: Send + 'static>(
    app: &App,
    person_id: i64,
    work: impl FnOnce(&App, &Identities) -> AppResult<T> + Send + 'static,
) -> AppResult<T> {
    let own = app.clone();
    let reading = move || {
        let identities = own
            .db
            .read_now(|conn| Ok(identities_of(conn, person_id)?))?;
        work(&own, &identities)
    };
    app.sources.apart(reading).await?
}

/// Where a collection is shown.
pub fn collection_url(key: &CollectionKey) -> String {
    format!(
        "/data/{}/{}",
        encoded(&key.dataset),
        encoded(&key.collection)
    )
}

/// Where one record is shown.
pub fn record_url(key: &CollectionKey, record: &str) -> String {
    format!("{}/{}", collection_url(key), encoded(record))
}

/// Where a value that is never shown is compared with what the person knows.
pub fn check_url(key: &CollectionKey, record: &str, field: &str) -> String {
    format!("{}/check/{}", record_url(key, record), encoded(field))
}

/// Where the correction of one field begins.
pub fn correction_url(key: &CollectionKey, record: &str, field: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("dataset", &key.dataset)
        .append_pair("collection", &key.collection)
        .append_pair("record", record)
        .append_pair("field", field)
        .finish();
    format!("/requests/new/correction?{query}")
}

/// Where the deletion of one record begins.
pub fn deletion_url(key: &CollectionKey, record: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("dataset", &key.dataset)
        .append_pair("collection", &key.collection)
        .append_pair("record", record)
        .finish();
    format!("/requests/new/deletion/plan?{query}")
}

fn encoded(segment: &str) -> String {
    utf8_percent_encode(segment, ENCODED).to_string()
}

impl From<SourceError> for AppError {
    fn from(error: SourceError) -> Self {
        AppError::Unavailable(error.to_string())
    }
}
