//! The signed proof of one action. A receipt names what was done in counts and keys, never in personal data.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::db::AnyConnection;
use crate::db::schema::receipts;
use crate::keys::{Keys, random_token, signature_holds};

/// A receipt as it is kept.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = receipts)]
pub struct Receipt {
    /// Unguessable, for its URL.
    pub id: String,
    /// Whose it is; none for visitors.
    pub person_id: Option<i64>,
    /// What was done: `choice`, `correction`, `deletion`, `export` …
    pub kind: String,
    /// What it was done to: the reference of a request, the key of an activity.
    pub object: String,
    /// The signed JSON text.
    pub body: String,
    /// Ed25519 over `body`, in base64.
    pub signature: String,
    /// When, in UTC.
    pub created_at: NaiveDateTime,
}

/// What a new receipt says.
#[derive(Debug)]
pub struct NewReceipt<'a> {
    /// The organisation that gives it.
    pub issuer: &'a str,
    /// Whose it is; none for visitors.
    pub person_id: Option<i64>,
    /// What was done.
    pub kind: &'a str,
    /// What it was done to.
    pub object: &'a str,
    /// Counts, keys, hashes and times; no personal data.
    pub facts: Value,
}

/// A receipt as a file: anybody with the public key can check it.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReceiptFile {
    /// The exact text that is signed: JSON.
    pub body: String,
    /// Always `Ed25519`.
    pub algorithm: String,
    /// In base64; compare it with the one that the portal publishes.
    pub public_key: String,
    /// Over the bytes of `body`, in base64.
    pub signature: String,
}

/// Signs a receipt without storing it, for callers that sign before their transaction: [`keep`] it there.
pub fn sign(keys: &Keys, new: &NewReceipt<'_>, now: NaiveDateTime) -> Receipt {
    let id = random_token();
    let body = json!({
        "receipt": id,
        "issuer": new.issuer,
        "kind": new.kind,
        "object": new.object,
        "issued_at": now.and_utc().to_rfc3339(),
        "facts": new.facts,
    })
    .to_string();
    Receipt {
        id,
        person_id: new.person_id,
        kind: new.kind.to_owned(),
        object: new.object.to_owned(),
        signature: keys.sign(body.as_bytes()),
        body,
        created_at: now,
    }
}

/// Stores a signed receipt; call it in the transaction of the action that it proves.
pub fn keep(conn: &mut AnyConnection, receipt: &Receipt) -> QueryResult<()> {
    diesel::insert_into(receipts::table)
        .values((
            receipts::id.eq(&receipt.id),
            receipts::person_id.eq(receipt.person_id),
            receipts::kind.eq(&receipt.kind),
            receipts::object.eq(&receipt.object),
            receipts::body.eq(&receipt.body),
            receipts::signature.eq(&receipt.signature),
            receipts::created_at.eq(receipt.created_at),
        ))
        .execute(conn)?;
    Ok(())
}

/// Signs and stores a receipt; call it in the transaction of the action that it proves.
pub fn issue(
    conn: &mut AnyConnection,
    keys: &Keys,
    new: &NewReceipt<'_>,
    now: NaiveDateTime,
) -> QueryResult<Receipt> {
    let receipt = sign(keys, new, now);
    keep(conn, &receipt)?;
    Ok(receipt)
}

impl Receipt {
    /// The receipt as a file to download.
    pub fn to_file(&self, keys: &Keys) -> ReceiptFile {
        ReceiptFile {
            body: self.body.clone(),
            algorithm: "Ed25519".to_owned(),
            public_key: keys.public_key(),
            signature: self.signature.clone(),
        }
    }
}

impl ReceiptFile {
    /// Whether its signature was made with the private half of that public key, and with no other.
    pub fn is_signed_by(&self, public_key: &str) -> bool {
        self.algorithm == "Ed25519"
            && self.public_key == public_key
            && signature_holds(public_key, self.body.as_bytes(), &self.signature)
    }
}
