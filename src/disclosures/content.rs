//! What a notice says of the person: enough for the recipient to find them, and no more.

use std::collections::HashMap;

use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::causes::{HANDLE, Whose, activities_of};
use super::data::{self, Changed, KeptBack};
use super::model::{Cause, CauseKind, Notice};
use super::statements::{self, Said};
use crate::accounts::model::{Identity, IdentityKind};
use crate::app::App;
use crate::choices::Subject;
use crate::db::AnyConnection;
use crate::db::schema::identities;
use crate::error::AppResult;
use crate::register::Register;
use crate::requests::restricted::{self, Restricted};

/// How recipients find a person.
#[derive(Debug, Clone, Default)]
pub struct Handles {
    /// In lower case.
    pub emails: Vec<String>,
    /// In E.164.
    pub phones: Vec<String>,
}

impl Handles {
    fn add(&mut self, kind: IdentityKind, value: String) {
        match kind {
            IdentityKind::Email => self.emails.push(value),
            IdentityKind::Phone => self.phones.push(value),
            // Nobody but us knows it.
            IdentityKind::External => {}
        }
    }
}

/// The handles of whomever a cause is about.
pub(super) fn handles(conn: &mut AnyConnection, app: &App, cause: &Cause) -> AppResult<Handles> {
    let mut all = handles_of_all(conn, app, std::slice::from_ref(cause))?;
    Ok(all.remove(&cause.id).unwrap_or_default())
}

/// The same for many causes, by their ids, with one query.
pub(super) fn handles_of_all(
    conn: &mut AnyConnection,
    app: &App,
    causes: &[Cause],
) -> AppResult<HashMap<i64, Handles>> {
    let people: Vec<_> = causes.iter().filter_map(|it| it.person_id).collect();
    let known: Vec<Identity> = Identity::query()
        .filter(identities::person_id.eq_any(people))
        .order(identities::id)
        .load(conn)?;
    let mut by_person = HashMap::<i64, Vec<&Identity>>::new();
    for identity in &known {
        by_person
            .entry(identity.person_id)
            .or_default()
            .push(identity);
    }
    let mut all = HashMap::new();
    for cause in causes {
        let mut handles = Handles::default();
        let own = cause.person_id.and_then(|id| by_person.get(&id));
        if let Some(sealed) = &cause.handle {
            let typed = app.keys.open(HANDLE, sealed)?;
            let typed = String::from_utf8_lossy(&typed).into_owned();
            handles.add(Whose::kind_of(&typed), typed);
        } else {
            let untold = own
                .into_iter()
                .flatten()
                .filter(|it| !is_known_for(cause, it));
            for identity in untold {
                handles.add(identity.kind, identity.value.clone());
            }
        }
        all.insert(cause.id, handles);
    }
    Ok(all)
}

fn is_known_for(cause: &Cause, identity: &Identity) -> bool {
    let subject = Subject::Identity(identity.kind, identity.hash.clone()).to_string();
    let known_for = cause.known_for.as_deref().unwrap_or_default();
    known_for.split(' ').any(|it| it == subject)
}

/// Titles of the activities that a recipient must stop or may go on with.
pub(super) fn purposes(register: &Register, cause: &Cause, recipient: &str) -> Vec<String> {
    let own = activities_of(register, cause, recipient).into_iter();
    own.map(|it| of_the_person(&it.title)).collect()
}

/// A title that speaks to the person, as a recipient reads it: `your data` are theirs.
pub(super) fn of_the_person(title: &str) -> String {
    let words = title.split(' ').map(|word| match word {
        "your" => "their",
        "Your" => "Their",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// What a notice says beyond whom it is about.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// What the person says of a datum.
    pub said: Option<Said>,
    /// Which data are kept and not used, or for which use.
    pub restricted: Option<Restricted>,
    /// Which data were put right or erased.
    pub changed: Vec<Changed>,
    /// Which data a deletion had to leave.
    pub kept: Vec<KeptBack>,
}

impl Told {
    /// Whether nothing of a deletion concerns the recipient but what stays; as where it was denied.
    pub fn is_of_what_stays(&self) -> bool {
        self.changed.is_empty() && !self.kept.is_empty()
    }

    /// What must be done, in words: of a deletion of which nothing concerns the recipient but what stays, that.
    pub fn asks(&self, kind: CauseKind) -> &'static str {
        if self.is_of_what_stays() {
            return "This person asked us to erase their data, and some had to stay. You may go on using what is named below for the reason given, and for nothing else.";
        }
        kind.asks()
    }

    /// What a recipient is told: of the data that it gets, and not of others.
    #[must_use]
    pub(super) fn to(mut self, recipient: &str) -> Told {
        self.changed.retain(|it| it.concerns(recipient));
        self.kept.retain(|it| it.concerns(recipient));
        self
    }
}

/// What there is to say of a cause.
pub(super) fn told(conn: &mut AnyConnection, app: &App, cause: &Cause) -> AppResult<Told> {
    let is_restricted = matches!(
        cause.kind,
        CauseKind::Restriction | CauseKind::RestrictionLifted | CauseKind::Objection
    );
    Ok(Told {
        said: statements::said(conn, app, cause)?,
        restricted: if is_restricted {
            restricted::told(conn, app, (&cause.object, cause.kind))?
        } else {
            None
        },
        changed: data::changed(conn, app, cause)?,
        kept: data::kept(conn, app, cause)?,
    })
}

/// What a recipient is told by a call or in its feed. Addresses and numbers go as SHA-256 in hex, by which whoever has
/// them knows them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Body {
    /// The same each time that it is told of this.
    pub id: String,
    /// `opt-out`, `opt-in`, `correction`, `deletion`, `restriction`, `restriction-lifted`, `objection`, `statement` or
    /// `statement-withdrawn`.
    pub kind: CauseKind,
    /// When it came about, as RFC 3339.
    pub at: String,
    /// The last day for having done it; none where there is nothing that must be done.
    pub due_on: Option<NaiveDate>,
    /// Whose data.
    pub person: Hashed,
    /// Keys of the recipient's activities that are off or on again; none for all other kinds.
    pub activities: Vec<String>,
    /// Which data were put right, with what is right now, or erased; none for all other kinds.
    pub data: Vec<Changed>,
    /// Which data a deletion had to leave, and for what they may be used alone; none for all other kinds.
    pub kept: Vec<KeptBack>,
    /// What the person says of a datum that was not corrected, or of which datum they take it back.
    pub statement: Option<Said>,
    /// Which data are to be kept and not used, may be used again, or are not to be used for something any more.
    pub restricted: Option<String>,
    /// Where it can be answered with a browser.
    pub answer_url: String,
}

/// How a recipient finds a person.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Hashed {
    /// Of addresses in lower case.
    pub email_sha256: Vec<String>,
    /// Of numbers in E.164.
    pub phone_sha256: Vec<String>,
}

/// What a notice says.
pub(super) fn body(
    app: &App,
    (notice, cause): (&Notice, &Cause),
    handles: &Handles,
    told: Told,
) -> Body {
    let hashed = |values: &[String]| -> Vec<String> {
        let hash = |it: &String| HEXLOWER.encode(&Sha256::digest(it.as_bytes()));
        values.iter().map(hash).collect()
    };
    let activities = activities_of(&app.register, cause, &notice.recipient);
    let told = told.to(&notice.recipient);
    Body {
        id: notice.key.clone(),
        kind: cause.kind,
        at: cause.at.and_utc().to_rfc3339(),
        due_on: notice.last_day(),
        person: Hashed {
            email_sha256: hashed(&handles.emails),
            phone_sha256: hashed(&handles.phones),
        },
        activities: activities.into_iter().map(|it| it.key.clone()).collect(),
        data: told.changed,
        kept: told.kept,
        statement: told.said,
        restricted: told.restricted.map(|it| it.words),
        answer_url: app.site.url(&format!("/notices/{}", notice.key)),
    }
}
