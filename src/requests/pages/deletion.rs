//! Asking for data to be erased: choose what, or come from a record; see the plan, confirm. Nothing is filed before the
//! last step.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::plan_view::PlanView;
use super::{filed_address, trimmed};
use crate::accounts::guard::{FreshPerson, Person};
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::manual::standing::{self, Standings};
use crate::my_data::kept::{self, KeptRecord};
use crate::my_data::set_aside::SetAside;
use crate::my_data::{deletion_url, read, record_url};
use crate::register::{Category, CollectionKey};
use crate::requests::dates::LegalDates;
use crate::requests::denied_before::{self, Asked, DeniedBefore};
use crate::requests::filing::{NewItem, NewRequest};
use crate::requests::model::Kind;
use crate::requests::over_limit::{self, OverLimit};
use crate::requests::planning;
use crate::requests::review::plan_under_holds;
use crate::sources::{Identities, Plan, Scope};
use crate::web::{Form, Page, html, see_other, words};

/// Longer ids are of no record, in bytes.
const LONGEST_ID: usize = 1024;

#[derive(Template)]
#[template(path = "requests/new_deletion.html")]
struct ChoosePage {
    page: Page,
    /// The first box has the name of the group as its id, so that the error summary leads to it.
    categories: Vec<(String, Category)>,
    form: Form<()>,
}

/// What to erase: everything, or some categories.
pub async fn choose(_: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    choose_with(StatusCode::OK, &app, page, Form::default())
}

fn choose_with(
    status: StatusCode,
    app: &App,
    page: Page,
    form: Form<()>,
) -> AppResult<HttpResponse> {
    let ids =
        std::iter::once("category".to_owned()).chain((2..).map(|at| format!("category-{at}")));
    let categories = ids.zip(app.register.categories.iter().cloned()).collect();
    html(
        status,
        &ChoosePage {
            page,
            categories,
            form,
        },
    )
}

type Query = web::Query<Vec<(String, String)>>;

/// `everything=yes`, or one record by `dataset`, `collection` and `record`, or `category=…` once or more; categories that
/// the register does not know are left out.
fn scope(app: &App, query: &[(String, String)]) -> Option<Scope> {
    let value = |wanted: &str| {
        let found = query.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone())
    };
    if let Some(record) = value("record") {
        return Some(Scope::Record {
            dataset: value("dataset")?,
            collection: value("collection")?,
            record,
        });
    }
    if query.iter().any(|(name, _)| name == "everything") {
        return Some(Scope::All);
    }
    let named = query.iter().filter(|(name, _)| name == "category");
    let known = named.filter(|(_, key)| app.register.category(key).is_some());
    let keys: BTreeSet<_> = known.map(|(_, key)| key.clone()).collect();
    (!keys.is_empty()).then_some(Scope::Categories(keys))
}

fn plan_address(scope: &Scope) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    match scope {
        Scope::Record {
            dataset,
            collection,
            record,
        } => return deletion_url(&CollectionKey::new(dataset, collection), record),
        Scope::Categories(keys) => {
            query.extend_pairs(keys.iter().map(|key| ("category", key)));
        }
        Scope::All | Scope::Collections(_) | Scope::Left(_) => {
            query.append_pair("everything", "yes");
        }
    }
    format!("/requests/new/deletion/plan?{}", query.finish())
}

#[derive(Template)]
#[template(path = "requests/plan.html")]
struct PlanPage {
    page: Page,
    action: String,
    /// What would be done; none where a source does not answer.
    view: Option<PlanView>,
    hash: String,
    has_changed: bool,
    by_hand: Standings,
    /// What it does not reach, as nobody can search it.
    set_aside: SetAside,
    /// Where it is about one record: the page of that.
    record: Option<String>,
    form: Form<Confirmed>,
    /// What was denied of the same before.
    before: Option<DeniedBefore>,
}

impl PlanPage {
    /// What the button says, where there is anything to ask for.
    fn button(&self) -> Option<String> {
        let Some(view) = &self.view else {
            return Some("Yes, delete it".to_owned());
        };
        let said = match view.records {
            _ if view.erased.is_empty() && !self.by_hand.0.is_empty() => {
                "Yes, delete what they find"
            }
            _ if view.erased.is_empty() && view.kept.is_empty() => return None,
            // A refusal that is on record can be appealed.
            _ if view.erased.is_empty() => "Ask us to delete it all the same",
            1 => "Yes, delete this record",
            records => {
                return Some(format!(
                    "Yes, delete these {} records",
                    words::number(records)
                ));
            }
        };
        Some(said.to_owned())
    }

    /// Whether what is held of it has to stay as a whole.
    fn keeps_all(&self) -> bool {
        let view = self.view.as_ref();
        view.is_some_and(|it| it.erased.is_empty() && !it.kept.is_empty())
    }

    fn erases_nothing(&self) -> bool {
        self.view.as_ref().is_some_and(|it| it.erased.is_empty())
    }
}

/// What would be erased, what would stay and why, and what would stop working.
pub async fn plan(
    person: FreshPerson,
    app: App,
    page: Page,
    query: Query,
) -> AppResult<HttpResponse> {
    let Some(scope) = scope(&app, &query) else {
        let form = Form::default().refuse("category", "Choose at least one category.");
        return choose_with(StatusCode::UNPROCESSABLE_ENTITY, &app, page, form);
    };
    let planned = make_plan(&app, person.id, scope).await?;
    show(StatusCode::OK, &app, page, planned, Form::default())
}

/// What is asked for, and what is known of it.
struct Planned {
    scope: Scope,
    /// None where a source does not answer.
    plan: Option<Plan>,
    by_hand: Standings,
    set_aside: SetAside,
    before: Option<DeniedBefore>,
}

impl Planned {
    /// Whether nothing is held of it, and nobody would look for more.
    fn is_in_vain(&self) -> bool {
        let finds_none = self.plan.as_ref().is_some_and(|it| it.items.is_empty());
        finds_none && self.by_hand.0.is_empty()
    }
}

/// What would be done, and how it stands with what people would look up for it.
async fn make_plan(app: &App, person_id: i64, scope: Scope) -> AppResult<Planned> {
    read(app, person_id, move |app, identities| {
        let whose = (person_id, identities);
        let plan = planning::unless_silent(look_up(app, whose, &scope))?;
        if plan.is_none() {
            refuse_unheard_of(app, &scope)?;
        }
        // Nobody looks elsewhere for one record that is there.
        let (by_hand, set_aside) = if matches!(scope, Scope::Record { .. }) {
            Default::default()
        } else {
            let residence = app
                .db
                .read_now(|conn| Ok(find_residence(conn, person_id)?))?;
            let set_aside = SetAside::where_one_lives(app, &residence);
            (standing::of_person(app, person_id)?, set_aside)
        };
        let asked = (Kind::Deletion, &Asked::Erasure(scope.clone()));
        let before = app
            .db
            .read_now(|conn| denied_before::find(conn, app, person_id, asked))?;
        Ok(Planned {
            scope,
            plan,
            by_hand,
            set_aside,
            before,
        })
    })
    .await
}

fn look_up(app: &App, whose: (i64, &Identities), scope: &Scope) -> AppResult<Plan> {
    refuse_foreign(app, whose, scope)?;
    let residence = app.db.read_now(|conn| Ok(find_residence(conn, whose.0)?))?;
    let law = LegalDates::of(&app.laws, &residence, Kind::Deletion, app.clock.now()).law;
    plan_under_holds(app, whose, (scope, &law), Vec::new())
}

/// While a source does not answer nobody knows whose a record is. What can be no record at all is not found even then.
fn refuse_unheard_of(app: &App, scope: &Scope) -> AppResult<()> {
    match scope {
        Scope::Record {
            dataset,
            collection,
            record,
        } => {
            let key = CollectionKey::new(dataset, collection);
            let is_known = app.register.collection(&key).is_some();
            let is_possible = is_known && record.len() <= LONGEST_ID;
            is_possible.then_some(()).ok_or(AppError::NotFound)
        }
        _ => Ok(()),
    }
}

/// Someone else's record is not found, like one that does not exist. What an earlier deletion left may be found by its id
/// alone.
fn refuse_foreign(app: &App, whose: (i64, &Identities), scope: &Scope) -> AppResult<()> {
    let Scope::Record {
        dataset,
        collection,
        record,
    } = scope
    else {
        return Ok(());
    };
    let key = CollectionKey::new(dataset, collection);
    if app.sources.record(whose.1, &key, record)?.is_some() {
        return Ok(());
    }
    let kept = kept::list_in(app, whose, &key)?.records;
    let is_it = |it: &KeptRecord| it.record.id == *record;
    kept.iter()
        .any(is_it)
        .then_some(())
        .ok_or(AppError::NotFound)
}

fn show(
    status: StatusCode,
    app: &App,
    page: Page,
    planned: Planned,
    form: Form<Confirmed>,
) -> AppResult<HttpResponse> {
    let record = match &planned.scope {
        Scope::Record {
            dataset,
            collection,
            record,
        } => Some(record_url(&CollectionKey::new(dataset, collection), record)),
        _ => None,
    };
    let plan = planned.plan;
    html(
        status,
        &PlanPage {
            page,
            record,
            form,
            before: planned.before,
            action: plan_address(&planned.scope),
            view: plan.as_ref().map(|it| PlanView::of(&app.register, it)),
            hash: plan.map(|it| it.hash).unwrap_or_default(),
            has_changed: status == StatusCode::CONFLICT,
            by_hand: planned.by_hand,
            set_aside: planned.set_aside,
        },
    )
}

/// The plan that the person saw and confirms; without a hash where none could be shown.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub struct Confirmed {
    hash: String,
    #[serde(deserialize_with = "trimmed")]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    news: String,
}

/// Files it, if the plan is still what the person has seen. Where no source answers, or none did when they were asked,
/// it is filed all the same and planned later.
pub async fn file(
    person: FreshPerson,
    app: App,
    page: Page,
    query: Query,
    confirmed: web::Form<Confirmed>,
) -> AppResult<HttpResponse> {
    let scope = scope(&app, &query).ok_or(AppError::NotFound)?;
    let planned = make_plan(&app, person.id, scope).await?;
    let confirmed = match Form::check(confirmed.into_inner()) {
        Ok(confirmed) => confirmed,
        Err(form) => {
            return show(StatusCode::UNPROCESSABLE_ENTITY, &app, page, planned, form);
        }
    };
    let has_changed = planned
        .plan
        .as_ref()
        .is_some_and(|it| it.hash != confirmed.hash);
    if has_changed && !confirmed.hash.is_empty() {
        let form = Form::new(confirmed);
        return show(StatusCode::CONFLICT, &app, page, planned, form);
    }
    if planned.is_in_vain() {
        return Err(AppError::conflict(
            "We hold nothing of this that could be erased.",
        ));
    }
    let plan = planned.plan.filter(|_| !has_changed);
    let items = plan.iter().flat_map(|plan| &plan.items);
    let new = NewRequest {
        items: items.map(NewItem::planned).collect(),
        unplanned: plan.is_none().then_some(planned.scope),
        plan,
        news: confirmed.news,
        ..NewRequest::of(Kind::Deletion)
    };
    let filed = over_limit::file(&app, &person, new).await?;
    let filed = filed.map_err(OverLimit::into_error)?;
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
