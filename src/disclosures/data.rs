//! What a notice about a correction or a deletion says: which data were put right or erased, and which had to stay. A
//! recipient reads of those alone that it gets.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::content::of_the_person;
use super::model::{Cause, CauseKind};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::{FieldView, RecipientRole, Register};
use crate::requests::model::{Action, Decision, Item, Kind, Request};
use crate::requests::{denial, details, left_uses, queries};

/// Data that were put right or erased, as a recipient reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ChangedData)]
pub struct Changed {
    /// What people call them.
    pub about: String,
    /// What is right now; none where they were erased.
    pub value: Option<String>,
    /// Keys of whoever gets them.
    #[serde(skip)]
    recipients: BTreeSet<String>,
}

/// Data that a deletion had to leave, as a service provider reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = KeptData)]
pub struct KeptBack {
    /// What people call them.
    pub about: String,
    /// For what they may be used, and for nothing else.
    pub only_for: String,
    /// The last day on which they stay; none where that is not a day.
    pub until: Option<NaiveDate>,
    /// Keys of whoever gets them and works for us.
    #[serde(skip)]
    recipients: BTreeSet<String>,
}

impl KeptBack {
    /// Whether a recipient gets them.
    pub(super) fn concerns(&self, recipient: &str) -> bool {
        self.recipients.contains(recipient)
    }
}

/// What a deletion had to leave: service providers are bound to the reason too. The facts of a case are not for them.
pub(super) fn kept(conn: &mut AnyConnection, app: &App, cause: &Cause) -> AppResult<Vec<KeptBack>> {
    if cause.kind != CauseKind::Deletion {
        return Ok(Vec::new());
    }
    let request = queries::find_by_reference(conn, &cause.object).optional()?;
    let Some(request) = request else {
        return Ok(Vec::new());
    };
    let items = queries::list_items(conn, request.id)?;
    let works_for_us = |key: &String| {
        let found = app.register.recipient(key);
        found.is_some_and(|it| {
            matches!(
                it.role,
                RecipientRole::ServiceProvider | RecipientRole::Contractor
            )
        })
    };
    let kept = left_uses::staying(&request, items).into_iter().map(|item| {
        let code = item.ground.as_deref().unwrap_or_default();
        let ground = denial::ground(&app.laws, &request, Kind::Deletion, code);
        let only_for = ground.map(|it| match it.cite.as_str() {
            "" => it.says.clone(),
            cite => format!("{} ({cite})", it.says),
        });
        let mut recipients = recipients(&app.register, &item);
        recipients.retain(works_for_us);
        KeptBack {
            about: of_the_person(&details::title(&app.register, &item)),
            only_for: only_for.or(item.basis).unwrap_or_default(),
            until: item.keep_until,
            recipients,
        }
    });
    Ok(kept.collect())
}

impl Changed {
    /// Whether a recipient gets them.
    pub(super) fn concerns(&self, recipient: &str) -> bool {
        self.recipients.contains(recipient)
    }
}

/// Whether a cause is about data that are named one by one.
pub(super) fn are_named(kind: CauseKind) -> bool {
    matches!(kind, CauseKind::Correction | CauseKind::Deletion)
}

/// What was put right or erased; nothing where the cause is another one.
pub(super) fn changed(
    conn: &mut AnyConnection,
    app: &App,
    cause: &Cause,
) -> AppResult<Vec<Changed>> {
    if !are_named(cause.kind) {
        return Ok(Vec::new());
    }
    let request = queries::find_by_reference(conn, &cause.object).optional()?;
    let Some(request) = request else {
        return Ok(Vec::new());
    };
    let items = queries::list_items(conn, request.id)?.into_iter();
    let done = items.filter(|it| is_done(cause.kind, it));
    let changed = done.map(|item| {
        let about = of_the_person(&details::title(&app.register, &item));
        let recipients = recipients(&app.register, &item);
        let value = match item.action {
            Action::Correct => {
                Some(details::open_item(&app.keys, &request.reference, item)?.new_value)
            }
            _ => None,
        };
        Ok(Changed {
            about,
            value,
            recipients,
        })
    });
    changed.collect()
}

fn is_done(kind: CauseKind, item: &Item) -> bool {
    match item.action {
        Action::Correct => kind == CauseKind::Correction && item.applied_at.is_some(),
        Action::Delete | Action::Mask => {
            kind == CauseKind::Deletion && item.decision == Some(Decision::Accepted)
        }
        Action::Cut | Action::Follow | Action::Keep | Action::Leave => false,
    }
}

/// Keys of whoever gets what a request has put right or erased, or is about to.
pub(super) fn recipients_of(
    conn: &mut AnyConnection,
    register: &Register,
    request: &Request,
) -> QueryResult<BTreeSet<String>> {
    let items = queries::list_items(conn, request.id)?.into_iter();
    let granted = items.filter(|it| {
        it.decision == Some(Decision::Accepted)
            && matches!(it.action, Action::Correct | Action::Delete | Action::Mask)
    });
    Ok(granted.flat_map(|it| recipients(register, &it)).collect())
}

/// Keys of whoever gets what an item is about: the field, or some field of the collection.
fn recipients(register: &Register, item: &Item) -> BTreeSet<String> {
    let keys = |view: FieldView<'_>| -> Vec<String> {
        view.recipients().map(|it| it.key.clone()).collect()
    };
    if let Some(field) = &item.field {
        let view = register.describe(&item.dataset, &item.collection, field);
        return view.into_iter().flat_map(keys).collect();
    }
    let dataset = register.dataset(&item.dataset);
    let collection = dataset.and_then(|it| Some((it, it.collection(&item.collection)?)));
    let views = collection.map(|(dataset, collection)| register.describe_all(dataset, collection));
    views.into_iter().flatten().flat_map(keys).collect()
}
