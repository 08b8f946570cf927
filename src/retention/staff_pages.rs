//! The holds, and placing one.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::model::{HoldKind, NewHold, NewKind};
use super::queries::Listed;
use super::{changes, queries};
use crate::accounts::guard::{CaseReader, Supervisor};
use crate::accounts::model::Role;
use crate::accounts::queries::{find_person, find_person_by_any_identity};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::{CollectionKey, Erase};
use crate::requests::dates::law_name;
use crate::requests::queries::find_by_reference;
use crate::web::paging::Before;
use crate::web::{Form, Page, html, see_other_saying, words};

const ON_A_PAGE: usize = 50;

/// What the register keeps for everybody.
struct Standing {
    what: String,
    /// The names of the laws whose people it concerns; empty for everybody.
    whose: String,
    reason: String,
    basis: String,
    kept: String,
}

#[derive(Template)]
#[template(path = "retention/holds.html")]
struct HoldsPage {
    page: Page,
    holds: Vec<Listed>,
    standing: Vec<Standing>,
    today: NaiveDate,
    can_change: bool,
    newer: Option<&'static str>,
    older: Option<String>,
}

/// The holds that staff placed, newest first, and those of the register.
pub async fn index(
    reader: CaseReader,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let found = from
        .page(&app, ("/staff/holds", ON_A_PAGE), queries::list, |it| {
            it.hold.id
        })
        .await?;
    let index = HoldsPage {
        page,
        older: found.older,
        newer: found.newer,
        standing: standing(&app),
        today: app.clock.today(),
        can_change: reader.role == Role::Supervisor,
        holds: found.rows,
    };
    html(StatusCode::OK, &index)
}

fn standing(app: &App) -> Vec<Standing> {
    let all = app
        .register
        .datasets
        .iter()
        .flat_map(|dataset| &dataset.collections);
    let kept = all.filter_map(|collection| match &collection.erase {
        Erase::Keep(reasons) => Some((collection, reasons)),
        Erase::Delete | Erase::Mask => None,
    });
    let whose = |laws: &[String]| {
        let names: Vec<_> = laws.iter().map(|key| law_name(&app.laws, key)).collect();
        names.join(", ")
    };
    let each = kept.flat_map(|(collection, reasons)| {
        reasons.iter().map(|it| Standing {
            what: collection.title.clone(),
            whose: whose(&it.laws),
            reason: it.reason.clone(),
            basis: it.basis.clone(),
            kept: it.until.in_words(),
        })
    });
    each.collect()
}

/// What is typed of a hold.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Typed {
    kind: String,
    whom: String,
    collection: String,
    reason: String,
    basis: String,
    agency: String,
    case_number: String,
    until: String,
}

#[derive(Template)]
#[template(path = "retention/new_hold.html")]
struct NewHoldPage {
    page: Page,
    form: Form<Typed>,
    kinds: Vec<(&'static str, &'static str)>,
    collections: Vec<(String, String)>,
}

/// For which request a hold is placed.
#[derive(Debug, Deserialize)]
pub struct For {
    #[serde(default)]
    request: String,
}

/// The form, for the person of a request if one is named.
pub async fn new(
    _: Supervisor,
    app: App,
    page: Page,
    about: web::Query<For>,
) -> AppResult<HttpResponse> {
    let whom = about.into_inner().request;
    let form = Form::new(Typed {
        whom,
        ..Typed::default()
    });
    show(StatusCode::OK, &app, page, form)
}

fn show(status: StatusCode, app: &App, page: Page, form: Form<Typed>) -> AppResult<HttpResponse> {
    let kinds = HoldKind::ALL.iter().map(|it| (it.as_str(), it.title()));
    let collections = app.register.datasets.iter().flat_map(|dataset| {
        let key = |name: &str| CollectionKey::new(&dataset.key, name).to_string();
        let all = dataset.collections.iter();
        all.map(move |it| (key(&it.name), it.title.clone()))
    });
    let page = NewHoldPage {
        page,
        form,
        kinds: kinds.collect(),
        collections: collections.collect(),
    };
    html(status, &page)
}

/// Places it.
pub async fn place(
    supervisor: Supervisor,
    app: App,
    page: Page,
    session: Session,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let typed = typed.into_inner();
    let (keys, text) = (app.keys.clone(), typed.clone());
    let whom = app.db.read(move |conn| whom(conn, &keys, text.whom.trim()));
    let new = match check(&app, &typed, whom.await?) {
        Ok(new) => new,
        Err(faults) => {
            let form = faults
                .into_iter()
                .fold(Form::new(typed), |form, (field, sentence)| {
                    form.refuse(field, sentence)
                });
            return show(StatusCode::UNPROCESSABLE_ENTITY, &app, page, form);
        }
    };
    let now = app.clock.now();
    app.db
        .write(move |conn| changes::place(conn, &new, supervisor.id, now))
        .await?;
    see_other_saying(&session, "The hold is in force.", "/staff/holds")
}

/// Whom a hold is about.
struct Whom {
    person_id: i64,
    /// The reference by which they were named, if by one.
    request: Option<String>,
    is_californian: bool,
}

/// The person whom a reference or an identity names.
fn whom(conn: &mut AnyConnection, keys: &Keys, typed: &str) -> AppResult<Option<Whom>> {
    use diesel::OptionalExtension;
    let request = find_by_reference(conn, &typed.to_uppercase()).optional()?;
    let person = match &request {
        Some(request) => Some(find_person(conn, request.person_id)?),
        None => find_person_by_any_identity(conn, keys, typed)?,
    };
    Ok(person.map(|it| Whom {
        is_californian: it.residence == "us-ca",
        person_id: it.id,
        request: request.map(|it| it.reference),
    }))
}

type Faults = Vec<(&'static str, &'static str)>;

/// The hold that was typed; or each field with what is wrong with it.
fn check(app: &App, typed: &Typed, whom: Option<Whom>) -> Result<NewHold, Faults> {
    let kind: Option<HoldKind> = typed.kind.parse().ok();
    let faults = faults(app, typed, kind, whom.as_ref());
    let Some(kind) = kind.filter(|_| faults.is_empty()) else {
        return Err(faults);
    };
    let text = |text: &str| text.trim().to_owned();
    let collection = typed.collection.split_once('.');
    let kind = match kind {
        HoldKind::Legal => NewKind::Legal {
            until: typed.until.trim().parse().ok(),
        },
        HoldKind::LawEnforcement => NewKind::LawEnforcement {
            agency: text(&typed.agency),
            case_number: text(&typed.case_number),
        },
    };
    let (person_id, request) = whom.map(|it| (it.person_id, it.request)).unzip();
    Ok(NewHold {
        kind,
        person_id,
        request: request.flatten(),
        collection: collection.map(|(dataset, name)| (dataset.to_owned(), name.to_owned())),
        reason: text(&typed.reason),
        basis: match text(&typed.basis) {
            typed if typed.is_empty() => AGENCY_BASIS.to_owned(),
            typed => typed,
        },
    })
}

fn faults(app: &App, typed: &Typed, kind: Option<HoldKind>, whom: Option<&Whom>) -> Faults {
    let is_empty = |text: &str| text.trim().is_empty();
    let is_of_agency = kind == Some(HoldKind::LawEnforcement);
    let is_collection = typed
        .collection
        .split_once('.')
        .is_some_and(|(dataset, name)| {
            let key = CollectionKey::new(dataset, name);
            app.register.collection(&key).is_some()
        });
    let until: Option<NaiveDate> = typed.until.trim().parse().ok();
    let is_day_to_come = until.is_some_and(|until| until >= app.clock.today());
    let all = [
        (kind.is_none(), "kind", "Choose who wants the data to stay."),
        (
            whom.is_none() && !is_empty(&typed.whom),
            "whom",
            "Nobody is known by that. Type the reference of a request, or an identity as a whole.",
        ),
        (
            is_empty(&typed.whom) && is_of_agency,
            "whom",
            "A law-enforcement hold is about one person. Say whom.",
        ),
        (
            !is_empty(&typed.collection) && !is_collection,
            "collection",
            "Choose a collection from the list.",
        ),
        (
            is_empty(&typed.reason),
            "reason",
            "Write why, for the person to read.",
        ),
        (
            is_empty(&typed.basis) && !is_of_agency,
            "basis",
            "Name the law.",
        ),
        (
            is_empty(&typed.basis) && is_of_agency && whom.is_some_and(|it| !it.is_californian),
            "basis",
            "Name the law by which the agency asks for it: California's is not that of this person.",
        ),
        (
            is_empty(&typed.agency) && is_of_agency,
            "agency",
            "Name the agency.",
        ),
        (
            is_empty(&typed.case_number) && is_of_agency,
            "case_number",
            "The law asks for a case number.",
        ),
        (
            !is_empty(&typed.until) && !is_day_to_come,
            "until",
            "Type a day from today on, such as 2027-03-31, or leave it empty.",
        ),
    ];
    let wrong = all.into_iter().filter(|(is_wrong, ..)| *is_wrong);
    wrong
        .map(|(_, field, sentence)| (field, sentence))
        .collect()
}

/// The law behind the hold of an agency on a Californian's data; of others staff name it.
const AGENCY_BASIS: &str = "Cal. Civ. Code 1798.145(a)(2)";

/// Renews a law-enforcement hold for 90 days.
pub async fn renew(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db
        .write(move |conn| changes::renew(conn, *id, supervisor.id, now))
        .await?;
    see_other_saying(
        &session,
        "The hold goes on for 90 more days.",
        "/staff/holds",
    )
}

/// Lifts a hold.
pub async fn lift(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db
        .write(move |conn| changes::lift(conn, *id, supervisor.id, now))
        .await?;
    see_other_saying(&session, "The hold was lifted.", "/staff/holds")
}
