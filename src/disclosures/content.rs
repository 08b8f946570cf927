//! What a notice says of the person: enough for the recipient to find them, and no more.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::causes::{HANDLE, activities};
use super::model::{Cause, Notice};
use super::statements::Said;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::list_identities;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::Register;

/// How recipients find a person.
#[derive(Debug, Clone, Default)]
pub struct Handles {
    /// In lower case.
    pub emails: Vec<String>,
    /// In E.164.
    pub phones: Vec<String>,
}

/// The handles of whomever a cause is about.
pub fn handles(conn: &mut AnyConnection, app: &App, cause: &Cause) -> AppResult<Handles> {
    let mut handles = Handles::default();
    if let Some(person_id) = cause.person_id {
        for identity in list_identities(conn, person_id)? {
            match identity.kind {
                IdentityKind::Email => handles.emails.push(identity.value),
                IdentityKind::Phone => handles.phones.push(identity.value),
                IdentityKind::External => {}
            }
        }
    }
    if let Some(sealed) = &cause.handle {
        let email = app.keys.open(HANDLE, sealed)?;
        handles.emails.extend(String::from_utf8(email).ok());
    }
    Ok(handles)
}

/// Titles of the activities that a recipient must stop or may go on with.
pub fn purposes(register: &Register, cause: &Cause) -> Vec<String> {
    activities(register, cause.kind, &cause.object)
        .into_iter()
        .filter_map(|key| register.activity(key))
        .map(|it| it.title.clone())
        .collect()
}

/// The body of a call. Addresses and numbers go as SHA-256 in hex, by which whoever has them knows them.
pub fn body(
    app: &App,
    (notice, cause): (&Notice, &Cause),
    handles: &Handles,
    said: Option<&Said>,
) -> Value {
    let hashed = |values: &[String]| -> Vec<String> {
        let hash = |it: &String| HEXLOWER.encode(&Sha256::digest(it.as_bytes()));
        values.iter().map(hash).collect()
    };
    json!({
        "id": notice.key,
        "kind": cause.kind,
        "at": cause.at.and_utc().to_rfc3339(),
        "due_on": notice.due_on,
        "person": {
            "email_sha256": hashed(&handles.emails),
            "phone_sha256": hashed(&handles.phones),
        },
        "activities": activities(&app.register, cause.kind, &cause.object),
        "statement": said,
        "answer_url": app.site.url(&format!("/notices/{}", notice.key)),
    })
}
