//! A request with all that hangs on it, opened: what its page shows to the person and to staff.

use chrono::NaiveDateTime;

use super::model::{Attachment, Item, Party, Request, Step};
use super::sealed::{self, What};
use super::{periods, queries};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::my_data::{self, period};
use crate::register::{CollectionKey, Register};
use crate::sources::{Correction, Dates};

/// A request, opened.
#[derive(Debug, Clone)]
pub struct Details {
    /// The request itself.
    pub request: Request,
    /// What the person wrote when filing; may be empty.
    pub note: String,
    /// What the person says is new since the same was denied; may be empty.
    pub news: String,
    /// Why it was decided so; may be empty.
    pub decision_reason: String,
    /// Why more time was taken; may be empty.
    pub extension_reason: String,
    /// In the order of filing.
    pub items: Vec<OpenItem>,
    /// Oldest first.
    pub steps: Vec<Step>,
    /// Oldest first.
    pub messages: Vec<OpenMessage>,
    /// Oldest first.
    pub attachments: Vec<Attachment>,
    /// Of which time it asks for data.
    pub dates: Dates,
    /// The ids of what proves what was carried out, with their times, oldest first.
    pub receipts: Vec<(String, NaiveDateTime)>,
}

/// An item, opened. Absent texts are empty.
#[derive(Debug, Clone)]
pub struct OpenItem {
    /// The item itself.
    pub item: Item,
    /// The value when the request was filed.
    pub old_value: String,
    /// The value that the person proposes.
    pub new_value: String,
    /// What the proposal comes to in its source.
    pub change: Option<Correction>,
    /// Why the person proposes it.
    pub reason: String,
    /// Why staff decided so.
    pub decision_reason: String,
    /// Who gave us the value in dispute.
    pub source_name: String,
}

/// A message, opened.
#[derive(Debug, Clone)]
pub struct OpenMessage {
    /// Who wrote it.
    pub author: Party,
    /// The staff member's name.
    pub staff_name: Option<String>,
    /// The text.
    pub body: String,
    /// When.
    pub at: NaiveDateTime,
}

impl Details {
    /// Of which time it asks for data, as people read it; none where it asks for no less than all.
    pub fn period(&self) -> Option<String> {
        (!self.dates.is_all()).then(|| period::said(self.dates))
    }

    /// Whether it is decided, so that the person may know how. What is only proposed is for staff alone.
    pub fn is_decided(&self) -> bool {
        self.request.decided_at.is_some() && !self.request.state.is_undecided()
    }

    /// Whether a value was put right by it.
    pub fn has_corrected(&self) -> bool {
        let is_put_right = |it: &OpenItem| it.change.is_some() && it.item.applied_at.is_some();
        self.items.iter().any(is_put_right)
    }

    /// The same for the person: without what staff think of it, until it is decided. What was done stays.
    #[must_use]
    pub fn for_the_person(mut self) -> Self {
        if self.is_decided() {
            return self;
        }
        self.decision_reason.clear();
        let open = self.items.iter_mut();
        for it in open.filter(|it| it.item.applied_at.is_none()) {
            it.item.decision = None;
            it.decision_reason.clear();
        }
        self
    }
}

impl OpenMessage {
    /// Who wrote it, as staff read it.
    pub fn writer(&self) -> &str {
        match (&self.staff_name, self.author) {
            (Some(name), _) => name,
            (None, Party::Person) => "The person",
            (None, Party::Staff | Party::System) => "Candor, by itself",
        }
    }
}

/// Reads and opens what hangs on a request.
pub fn load(conn: &mut AnyConnection, keys: &Keys, request: Request) -> AppResult<Details> {
    let items = queries::list_items(conn, request.id)?;
    let messages = queries::list_messages(conn, request.id)?;
    let reference = &request.reference;
    let open = |what, sealed: Option<&[u8]>| sealed::open_text(keys, reference, what, sealed);
    let open_item = |item| open_item(keys, reference, item);
    let open_message = |(message, staff_name): (super::model::Message, _)| {
        Ok(OpenMessage {
            author: message.author,
            staff_name,
            body: open(What::Message, Some(&message.body))?,
            at: message.at,
        })
    };
    Ok(Details {
        note: open(What::Note, request.note.as_deref())?,
        news: open(What::News, request.news.as_deref())?,
        decision_reason: open(What::DecisionReason, request.decision_reason.as_deref())?,
        extension_reason: open(What::ExtensionReason, request.extension_reason.as_deref())?,
        items: items.into_iter().map(open_item).collect::<AppResult<_>>()?,
        steps: queries::list_steps(conn, request.id)?,
        messages: messages
            .into_iter()
            .map(open_message)
            .collect::<AppResult<_>>()?,
        attachments: queries::list_attachments(conn, request.id)?,
        dates: periods::find(conn, request.id)?,
        receipts: queries::list_receipts(conn, request.person_id, &request.reference)?,
        request,
    })
}

/// What people call what an item is about: the field and its collection, or the collection.
pub fn title(register: &Register, item: &Item) -> String {
    let field = item.field.as_deref().unwrap_or_default();
    if let Some(view) = register.describe(&item.dataset, &item.collection, field) {
        return format!("{} – {}", view.collection.title, view.field.title);
    }
    let key = CollectionKey::new(&item.dataset, &item.collection);
    let known = register.collection(&key);
    known.map_or_else(|| item.collection.clone(), |it| it.title.clone())
}

/// The value that is held and the one that is proposed, as the pages of the data say them; empty ones stay empty.
pub fn values(register: &Register, open: &OpenItem) -> (String, String) {
    let item = &open.item;
    let field = item.field.as_deref().unwrap_or_default();
    let view = register.describe(&item.dataset, &item.collection, field);
    let said = |plain: &String| match &view {
        Some(view) => my_data::said(view, plain),
        None => plain.clone(),
    };
    (said(&open.old_value), said(&open.new_value))
}

/// Opens one item of the request of that reference.
pub fn open_item(keys: &Keys, reference: &str, item: Item) -> AppResult<OpenItem> {
    let open = |what, sealed: &Option<Vec<u8>>| {
        sealed::open_text(keys, reference, what, sealed.as_deref())
    };
    let change = open(What::Change, &item.change)?;
    let change = (!change.is_empty()).then(|| serde_json::from_str(&change));
    Ok(OpenItem {
        change: change.transpose()?,
        old_value: open(What::OldValue, &item.old_value)?,
        new_value: open(What::NewValue, &item.new_value)?,
        reason: open(What::Reason, &item.reason)?,
        decision_reason: open(What::DecisionReason, &item.decision_reason)?,
        source_name: open(What::SourceName, &item.source_name)?,
        item,
    })
}
