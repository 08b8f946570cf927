//! The person looks at their data.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::kept::{self, AllKept, Kept, KeptRecord};
use super::ledger::{self, CategoryCard, FieldFacts, RecordCard};
use super::redactions::Redactions;
use super::set_aside::SetAside;
use super::statements::Statements;
use super::{collection_url, picture, read};
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::Stopped;
use crate::error::{AppError, AppResult};
use crate::law::{Right, Row};
use crate::manual::standing::{self, Standings};
use crate::register::CollectionKey;
use crate::requests::corrected::watch;
use crate::requests::dates::LegalDates;
use crate::requests::model::Kind;
use crate::requests::restricted::{self, NotUsed};
use crate::sources::{self, Dates, Identities, Record};
use crate::web::{Page, html, words};

/// So many records stand on one page.
const RECORDS_ON_A_PAGE: usize = 20;

/// So many of those that a deletion had to leave; the package has all.
const KEPT_ON_A_PAGE: usize = 100;

#[derive(Template)]
#[template(path = "data/index.html")]
struct IndexPage {
    page: Page,
    cards: Vec<CategoryCard>,
    picture: String,
    standings: Standings,
    kept: Vec<Kept>,
    not_used: Vec<NotUsed>,
    /// What is not searched.
    set_aside: SetAside,
}

impl IndexPage {
    fn total(&self) -> u64 {
        self.cards.iter().map(CategoryCard::count).sum()
    }

    fn is_incomplete(&self) -> bool {
        self.cards.iter().any(CategoryCard::is_incomplete)
    }
}

/// The overview of everything that is held.
pub async fn index(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    let found = read(&app, person.id, move |app, identities| {
        let cards = ledger::cards(&app.register, app.sources.overview(identities));
        let kept = kept::list(app, (person.id, identities))?.lines;
        let (stopped, residence, not_used) = app.db.read_now(|conn| {
            let stopped = Stopped::load(conn, app, person.id)?;
            let not_used = restricted::in_force(conn, app, person.id)?;
            Ok((stopped, find_residence(conn, person.id)?, not_used))
        })?;
        let set_aside = SetAside::where_one_lives(app, &residence);
        let standings = standing::of_person(app, person.id)?;
        Ok((cards, standings, (kept, not_used, set_aside), stopped))
    });
    let (mut cards, standings, (kept, not_used, set_aside), stopped) = found.await?;
    let picture = picture::draw(&cards, |recipient| !stopped.is_cut_off(recipient));
    for card in &mut cards {
        stopped.mark_activities(&mut card.purposes);
        stopped.mark_recipients(&mut card.recipients);
    }
    html(
        StatusCode::OK,
        &IndexPage {
            page,
            cards,
            picture,
            standings,
            kept,
            not_used,
            set_aside,
        },
    )
}

/// What is said of a person's records beside the data themselves.
struct Marks {
    /// What is left out of them, because it is about somebody else.
    left_out: Redactions,
    /// What the person says of them.
    said: Statements,
    /// Which uses the person has stopped.
    stopped: Stopped,
    /// What is kept and not used.
    not_used: Vec<NotUsed>,
    /// Key of the law of a deletion.
    law: String,
    today: NaiveDate,
}

impl Marks {
    fn of(app: &App, person_id: i64) -> AppResult<Self> {
        app.db.read_now(|conn| {
            let residence = find_residence(conn, person_id)?;
            Ok(Marks {
                left_out: Redactions::load(conn, &app.keys, person_id)?,
                said: Statements::load(conn, &app.keys, person_id)?,
                stopped: Stopped::load(conn, app, person_id)?,
                not_used: restricted::in_force(conn, app, person_id)?,
                law: LegalDates::of(&app.laws, &residence, Kind::Deletion, app.clock.now()).law,
                today: app.laws.day_in(&residence, app.clock.now()),
            })
        })
    }

    fn card(&self, app: &App, key: &CollectionKey, record: &Record) -> RecordCard {
        let mut card = ledger::record_card(&app.register, key, record, self.today);
        self.left_out.apply(key, &mut card);
        self.said.apply(key, &mut card);
        card.mark(&self.stopped);
        if let Some(collection) = app.register.collection(key) {
            card.mark_kept(collection, record, (&self.law, self.today));
        }
        card
    }

    fn kept_card(&self, app: &App, kept: &KeptRecord) -> RecordCard {
        let mut card = self.card(app, &kept.key, &kept.record);
        if kept.may_go {
            card.stand_apart();
        } else {
            card.keep(&kept.why);
        }
        card
    }

    /// What stays beside records that are shown already.
    fn kept_cards(&self, app: &App, kept: &AllKept, shown: &[Record]) -> Vec<RecordCard> {
        let is_shown = |it: &&KeptRecord| shown.iter().any(|one| one.id == it.record.id);
        let others = kept.records.iter().filter(|it| !is_shown(it));
        let cards = others.map(|it| self.kept_card(app, it));
        cards.take(KEPT_ON_A_PAGE).collect()
    }
}

/// What is held of a person in one collection, as far as a page shows it.
struct InCollection {
    /// None where the source does not answer.
    records: Option<sources::Page>,
    marks: Marks,
    standings: Standings,
    /// So many records that others are in as well, where the person has none of their own.
    shared: u64,
    /// What deletions had to leave; told on the first page.
    kept: AllKept,
}

impl InCollection {
    fn read(
        app: &App,
        (person_id, identities): (i64, &Identities),
        key: &CollectionKey,
        after: Option<&str>,
    ) -> AppResult<Self> {
        let found = app
            .sources
            .page(identities, key, after, RECORDS_ON_A_PAGE, Dates::default());
        let marks = Marks::of(app, person_id)?;
        let records = found
            .inspect_err(|error| tracing::warn!(%error, "a source does not answer"))
            .ok();
        if let Some(page) = &records {
            watch::look(app, person_id, key, &page.records);
        }
        let has_none = records.as_ref().is_some_and(|it| it.records.is_empty());
        let mut standings = standing::of_person(app, person_id)?;
        standings.0.retain(|standing| standing.has(key));
        let kept = match after {
            None => kept::list_in(app, (person_id, identities), key)?,
            Some(_) => AllKept::default(),
        };
        Ok(InCollection {
            records,
            marks,
            standings,
            shared: if has_none {
                count_shared(app, identities, key)
            } else {
                0
            },
            kept,
        })
    }
}

/// Where a list goes on.
#[derive(Debug, Deserialize)]
pub struct After {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "data/collection.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the template asks for each by its name"
)]
struct CollectionPage {
    page: Page,
    title: String,
    description: String,
    category: String,
    fields: Vec<FieldFacts>,
    records: Vec<RecordCard>,
    /// What deletions had to leave here, and what of it is not among the records.
    kept: Vec<Kept>,
    kept_records: Vec<RecordCard>,
    first: Option<String>,
    next: Option<String>,
    /// How many there are that belong to other people as well; counted where there is nothing else.
    shared: u64,
    is_down: bool,
    is_partial: bool,
    /// The records have no key, so that none can be named; and not all of them are here.
    is_nameless: bool,
    has_rest: bool,
    standings: Standings,
    not_used: Vec<NotUsed>,
}

/// How many records of a collection belong to other people as well.
fn count_shared(app: &App, identities: &Identities, key: &CollectionKey) -> u64 {
    let mut all = app.sources.overview(identities).into_iter();
    let counts = all.find(|it| it.key == *key).and_then(|it| it.counts.ok());
    counts.map_or(0, |counts| counts.shared)
}

/// The records of one collection, a page at a time.
pub async fn collection(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<(String, String)>,
    after: web::Query<After>,
) -> AppResult<HttpResponse> {
    let key = CollectionKey::new(&path.0, &path.1);
    let declared = app
        .register
        .collection(&key)
        .filter(|it| !it.skip_processing);
    let (declared, dataset) = declared
        .zip(app.register.dataset(&key.dataset))
        .ok_or(AppError::NotFound)?;
    let after = after.into_inner().after;
    let (read_key, start) = (key.clone(), after.clone());
    let found = read(&app, person.id, move |app, identities| {
        let whose = (person.id, identities);
        InCollection::read(app, whose, &read_key, start.as_deref())
    });
    let InCollection {
        records: found,
        marks,
        standings,
        shared,
        kept,
    } = found.await?;
    let (is_down, found) = (found.is_none(), found.unwrap_or_default());
    let fields = app.register.describe_all(dataset, declared);
    let category = app.register.category_of_collection(declared);
    let url = collection_url(&key);
    let card = |record: &Record| {
        let mut card = marks.card(&app, &key, record);
        if found.is_nameless {
            card.stand_apart();
        }
        card
    };
    let status = if is_down {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    html(
        status,
        &CollectionPage {
            page,
            title: declared.title.clone(),
            description: declared.description.clone(),
            category: category.map(|it| it.title.clone()).unwrap_or_default(),
            fields: fields
                .iter()
                .filter(|it| ledger::is_shown(it))
                .map(|it| {
                    let mut facts = FieldFacts::of(it);
                    facts.mark(&marks.stopped);
                    facts
                })
                .collect(),
            records: found.records.iter().map(card).collect(),
            kept_records: marks.kept_cards(&app, &kept, &found.records),
            kept: kept.lines,
            first: after.map(|_| url.clone()),
            next: found.next.map(|next| format!("{url}?after={next}")),
            shared,
            is_down,
            is_partial: found.is_partial,
            is_nameless: found.is_nameless,
            has_rest: found.has_rest,
            standings,
            not_used: marks.not_used,
        },
    )
}

#[derive(Template)]
#[template(path = "data/record.html")]
struct RecordPage {
    page: Page,
    collection: String,
    collection_url: String,
    record: RecordCard,
    not_used: Vec<NotUsed>,
    /// What the law says of access where the person lives.
    law: Row,
}

/// One record, with all that can be said and done about each datum.
pub async fn record(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<(String, String, String)>,
) -> AppResult<HttpResponse> {
    let (dataset, collection, id) = path.into_inner();
    let key = CollectionKey::new(&dataset, &collection);
    let title = app.register.collection(&key).map(|it| it.title.clone());
    let title = title.ok_or(AppError::NotFound)?;
    let read_key = key.clone();
    let found = read(&app, person.id, move |app, identities| {
        let record = app.sources.record(identities, &read_key, &id)?;
        watch::look(app, person.id, &read_key, record.as_slice());
        let marks = Marks::of(app, person.id)?;
        let card = match record {
            Some(record) => Some(marks.card(app, &read_key, &record)),
            None => kept::list_in(app, (person.id, identities), &read_key)?
                .records
                .iter()
                .find(|it| it.record.id == id)
                .map(|it| marks.kept_card(app, it)),
        };
        let residence = app
            .db
            .read_now(|conn| Ok(find_residence(conn, person.id)?))?;
        let today = app.laws.day_in(&residence, app.clock.now());
        let law = app.laws.applying(&residence, Right::Access, today).row;
        Ok((card, law, marks.not_used))
    });
    let (card, law, not_used) = found.await?;
    let record = card.ok_or(AppError::NotFound)?;
    let collection_url = collection_url(&key);
    html(
        StatusCode::OK,
        &RecordPage {
            page,
            collection: title,
            collection_url,
            record,
            not_used,
            law,
        },
    )
}
