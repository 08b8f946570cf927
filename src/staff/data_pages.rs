//! The person's data in question, read live, while the request is open. Each look is told to the person.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::guard::{CaseWorker, StaffMember};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::error::{AppError, AppResult};
use crate::my_data::kept::{self, Kept, KeptRecord};
use crate::my_data::ledger::{DatumLine, RecordCard, record_card};
use crate::my_data::read;
use crate::my_data::redactions::{Cell, Redaction, Redactions};
use crate::my_data::statements::Statements;
use crate::register::CollectionKey;
use crate::requests::corrected::watch;
use crate::requests::model::{Item, Kind, Request};
use crate::requests::{items, queries, senders};
use crate::sources::{self, Dates, Record};
use crate::web::{Page, html, words};

/// So many records stand on one page.
const ON_A_PAGE: usize = 20;

/// Which data a request is about.
pub(super) struct Question {
    /// The request.
    pub request: Request,
    items: Vec<Item>,
    /// Whether it came without an account, so that no row was chosen by who asks.
    is_in_words: bool,
    /// What is left out of the person's data.
    pub left_out: Redactions,
    said: Statements,
}

impl Question {
    /// Finds it, and records that the member looks.
    pub async fn open(app: &App, member: &StaffMember, reference: String) -> AppResult<Self> {
        let keys = app.keys.clone();
        let found = app.db.read(move |conn| {
            let request = queries::find_by_reference(conn, &reference)?;
            let items = queries::list_items(conn, request.id)?;
            let pseudonym = queries::find_pseudonym(conn, request.person_id)?;
            let question = Question {
                is_in_words: senders::queries::find(conn, request.id)?.is_some(),
                left_out: Redactions::load(conn, &keys, request.person_id)?,
                said: Statements::load(conn, &keys, request.person_id)?,
                request,
                items,
            };
            Ok((question, pseudonym))
        });
        let (question, pseudonym) = found.await?;
        if question.request.state.is_closed() {
            let sentence = "This request is closed. The person's data are no longer shown.";
            return Err(AppError::conflict(sentence));
        }
        let reference = &question.request.reference;
        views::record(app, member, Seen::Data, pseudonym, reference).await?;
        Ok(question)
    }

    fn names(&self, key: &CollectionKey) -> bool {
        let is_it = |it: &Item| it.dataset == key.dataset && it.collection == key.collection;
        self.items.iter().any(is_it)
    }

    /// A correction and the deletion of one record are about the collections that they name; other requests about all data.
    pub fn is_about(&self, key: &CollectionKey) -> bool {
        let names_some =
            self.request.kind == Kind::Correction || self.request.erases_one().is_some();
        !names_some || self.is_to_be_named() || self.names(key)
    }

    /// Whether it is a correction that came in words, of which staff have to say which value is to become what.
    pub fn is_to_be_named(&self) -> bool {
        items::can_be_named(&self.request) && self.is_in_words
    }

    /// One cell as its source has it, with its record.
    pub async fn find(&self, app: &App, cell: Cell) -> AppResult<(Record, DatumLine)> {
        let found = read(app, self.request.person_id, move |app, identities| {
            let record = app.sources.record(identities, &cell.key, &cell.record)?;
            let record = record.ok_or(AppError::NotFound)?;
            let card = record_card(&app.register, &cell.key, &record, app.clock.today());
            let line = card.data.into_iter().find(|it| it.path == cell.field);
            Ok((record, line.ok_or(AppError::NotFound)?))
        });
        found.await
    }

    /// The id of the one record of a collection that is to go, where it is about that.
    fn one_of(&self, key: &CollectionKey) -> Option<String> {
        let (of, record) = self.request.erases_one()?;
        (of == *key).then_some(record)
    }
}

/// Which cell of them.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Target {
    pub(super) dataset: String,
    pub(super) collection: String,
    pub(super) record: String,
    pub(super) field: String,
}

impl Target {
    pub(super) fn cell(&self) -> Cell {
        Cell {
            key: CollectionKey::new(&self.dataset, &self.collection),
            record: self.record.clone(),
            field: self.field.clone(),
        }
    }

    /// It in an address.
    pub(super) fn query(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("dataset", &self.dataset)
            .append_pair("collection", &self.collection)
            .append_pair("record", &self.record)
            .append_pair("field", &self.field)
            .finish()
    }
}

/// A collection of which something is held.
struct Line {
    key: CollectionKey,
    title: String,
    /// None when the source does not answer.
    count: Option<u64>,
    is_named: bool,
}

#[derive(Template)]
#[template(path = "staff/data.html")]
struct DataPage {
    page: Page,
    reference: String,
    lines: Vec<Line>,
    /// What earlier deletions had to leave.
    kept: Vec<Kept>,
    left_out: Vec<Redaction>,
    member: StaffMember,
}

impl DataPage {
    /// Whether the member may agree to what a colleague proposes.
    fn can_approve(&self, it: &Redaction) -> bool {
        !it.holds && self.member.role == Role::Supervisor && it.placed_by != self.member.id
    }
}

/// How much there is of what the request is about.
pub async fn index(
    worker: CaseWorker,
    app: App,
    page: Page,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let question = Question::open(&app, &worker, path.into_inner()).await?;
    let person_id = question.request.person_id;
    let overview = read(&app, person_id, move |app, identities| {
        let kept = kept::list(app, (person_id, identities))?.lines;
        Ok((app.sources.overview(identities), kept))
    });
    let (overview, mut kept) = overview.await?;
    kept.retain(|it| question.is_about(&it.key));
    let lines = overview.into_iter().filter_map(|summary| {
        let collection = app.register.collection(&summary.key)?;
        let count = summary.counts.ok().map(|counts| counts.own);
        let is_seen = question.is_about(&summary.key) && count != Some(0);
        is_seen.then(|| Line {
            title: collection.title.clone(),
            count,
            is_named: question.names(&summary.key),
            key: summary.key,
        })
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by_key(|line| !line.is_named);
    let data = DataPage {
        page,
        reference: question.request.reference,
        left_out: question.left_out.0,
        lines,
        kept,
        member: (*worker).clone(),
    };
    html(StatusCode::OK, &data)
}

/// Where the list goes on.
#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/data_collection.html")]
struct CollectionPage {
    page: Page,
    reference: String,
    key: CollectionKey,
    title: String,
    records: Vec<RecordCard>,
    /// What earlier deletions had to leave, and nothing else leads to.
    kept: Vec<RecordCard>,
    /// Whether staff may say here which value is to become what.
    is_to_be_named: bool,
    next: Option<String>,
}

impl CollectionPage {
    fn cell(&self, record: &RecordCard, field: &str) -> String {
        let target = Target {
            dataset: self.key.dataset.clone(),
            collection: self.key.collection.clone(),
            record: record.id.clone(),
            field: field.to_owned(),
        };
        target.query()
    }

    /// Where something is left out of a cell.
    fn leave_out(&self, record: &RecordCard, field: &str) -> String {
        let query = self.cell(record, field);
        format!("/staff/requests/{}/redactions/new?{query}", self.reference)
    }

    /// Where it is said what a cell should hold.
    fn put_right(&self, record: &RecordCard, field: &str) -> String {
        let query = self.cell(record, field);
        format!("/staff/requests/{}/corrections/new?{query}", self.reference)
    }
}

/// Records of one collection, as the person sees them: what is masked there is masked here.
pub async fn collection(
    worker: CaseWorker,
    app: App,
    page: Page,
    path: web::Path<(String, String, String)>,
    after: web::Query<After>,
) -> AppResult<HttpResponse> {
    let (reference, dataset, collection) = path.into_inner();
    let key = CollectionKey::new(&dataset, &collection);
    let declared = app.register.collection(&key).ok_or(AppError::NotFound)?;
    let title = declared.title.clone();
    let question = Question::open(&app, &worker, reference).await?;
    if !question.is_about(&key) {
        return Err(AppError::NotFound);
    }
    let (wanted, start) = (key.clone(), after.into_inner().after);
    let person_id = question.request.person_id;
    let one = question.one_of(&key);
    let one_is_none = one.is_none();
    let found = read(&app, person_id, move |app, identities| {
        let start = start.as_deref();
        let all = Dates::default();
        let sources = &app.sources;
        let found = match one {
            Some(id) => sources::Page {
                records: sources
                    .record(identities, &wanted, &id)?
                    .into_iter()
                    .collect(),
                ..sources::Page::default()
            },
            None => sources.page(identities, &wanted, start, ON_A_PAGE, all)?,
        };
        watch::look(app, person_id, &wanted, &found.records);
        let kept = start.is_none() && one_is_none;
        let kept = kept.then(|| kept::list_in(app, (person_id, identities), &wanted));
        let mut kept = kept.transpose()?.unwrap_or_default();
        let is_found = |id: &String| found.records.iter().any(|it| it.id == *id);
        kept.records.retain(|it| !is_found(&it.record.id));
        Ok((found, kept.records))
    });
    let (found, kept) = found.await?;
    let card = |record: &Record| {
        let mut card = record_card(&app.register, &key, record, app.clock.today());
        if found.is_nameless {
            card.stand_apart();
        }
        question.left_out.apply(&key, &mut card);
        question.said.apply(&key, &mut card);
        card
    };
    let kept_card = |it: &KeptRecord| {
        let mut card = card(&it.record);
        card.keep(&it.why);
        card
    };
    let kept = kept.iter().map(kept_card).collect();
    let records = found.records.iter().map(card).collect();
    let collection = CollectionPage {
        page,
        reference: question.request.reference.clone(),
        title,
        is_to_be_named: question.is_to_be_named(),
        records,
        kept,
        next: found.next,
        key,
    };
    html(StatusCode::OK, &collection)
}
