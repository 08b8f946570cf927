//! The signed proof of one action. A receipt names what was done in counts and keys, never in personal data.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::db::schema::receipts;
use crate::db::{AnyConnection, both};
use crate::keys::{Keys, signature_holds, token_in_order};

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

/// The signed text of a receipt, read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Content {
    /// The receipt's id.
    pub receipt: String,
    /// The organisation that gave it.
    pub issuer: String,
    /// What was done.
    pub kind: String,
    /// What it was done to.
    pub object: String,
    /// When, as RFC 3339.
    pub issued_at: DateTime<Utc>,
    /// What the slice that gave it has to say.
    pub facts: Value,
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
    let id = token_in_order(now);
    let content = Content {
        receipt: id.clone(),
        issuer: new.issuer.to_owned(),
        kind: new.kind.to_owned(),
        object: new.object.to_owned(),
        issued_at: now.and_utc(),
        facts: new.facts.clone(),
    };
    let body = json!(content).to_string();
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
    let row = (
        receipts::id.eq(&receipt.id),
        receipts::person_id.eq(receipt.person_id),
        receipts::kind.eq(&receipt.kind),
        receipts::object.eq(&receipt.object),
        receipts::body.eq(&receipt.body),
        receipts::signature.eq(&receipt.signature),
        receipts::created_at.eq(receipt.created_at),
    );
    both!(conn, |conn| diesel::insert_into(receipts::table)
        .values(row)
        .execute(conn))?;
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

/// A receipt, whoever's it is.
pub fn find(conn: &mut AnyConnection, id: &str) -> QueryResult<Receipt> {
    Receipt::query().filter(receipts::id.eq(id)).first(conn)
}

/// A receipt that this person may see: their own, or a visitor's, whose id nobody can guess.
pub fn find_for(
    conn: &mut AnyConnection,
    id: &str,
    person_id: Option<i64>,
) -> QueryResult<Receipt> {
    Receipt::query()
        .filter(receipts::id.eq(id))
        .filter(
            receipts::person_id
                .is_null()
                .or(receipts::person_id.nullable().eq(person_id)),
        )
        .first(conn)
}

/// A person's receipts, newest first: so many, older than that one.
pub fn list_of_person(
    conn: &mut AnyConnection,
    person_id: i64,
    before: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<Receipt>> {
    let mut list = Receipt::query()
        .filter(receipts::person_id.eq(person_id))
        .order((receipts::created_at.desc(), receipts::id.desc()))
        .limit(limit)
        .into_boxed();
    if let Some(id) = before {
        let at = find_for(conn, id, Some(person_id))?.created_at;
        let same_moment = receipts::created_at.eq(at).and(receipts::id.lt(id));
        list = list.filter(receipts::created_at.lt(at).or(same_moment));
    }
    list.load(conn)
}

impl Receipt {
    /// What it says; none if its text is not a receipt's.
    pub fn content(&self) -> Option<Content> {
        serde_json::from_str(&self.body).ok()
    }

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
    /// What it says; none if its text is not a receipt's.
    pub fn content(&self) -> Option<Content> {
        serde_json::from_str(&self.body).ok()
    }

    /// Whether its signature was made with the private half of that public key, and with no other.
    pub fn is_signed_by(&self, public_key: &str) -> bool {
        self.algorithm == "Ed25519"
            && self.public_key == public_key
            && signature_holds(public_key, self.body.as_bytes(), &self.signature)
    }
}
