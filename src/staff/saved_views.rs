//! Views of the queue that a staff member keeps under a name.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use serde::Deserialize;

use super::queue::Filters;
use crate::accounts::guard::CaseReader;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::saved_views;
use crate::error::{AppError, AppResult};
use crate::web::page::FlashKind;
use crate::web::{Flash, see_other, see_other_saying};

/// So many views may one member keep.
const AT_MOST: i64 = 20;

/// Views that everybody has: their words and their filters.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("All open", ""),
    ("Mine", "assignee=me"),
    ("Given to nobody", "assignee=nobody"),
    ("Late", "due=late"),
    ("Due within a week", "due=week"),
    ("Needs approval", "state=proposed"),
    ("Could not be carried out", "state=execution_failed"),
];

/// A view that a member keeps.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = saved_views)]
pub struct SavedView {
    /// Internal.
    pub id: i64,
    /// As the member calls it.
    pub name: String,
    /// The filters, as the query of an address.
    pub filters: String,
}

impl SavedView {
    /// Where it leads.
    pub fn url(&self) -> String {
        Filters::parse(&self.filters).url_after("")
    }
}

/// The views of a member, in the order of their names.
pub fn list(conn: &mut AnyConnection, staff_id: i64) -> QueryResult<Vec<SavedView>> {
    SavedView::query()
        .filter(saved_views::staff_id.eq(staff_id))
        .order(saved_views::name)
        .load(conn)
}

/// A view to keep.
#[derive(Debug, Deserialize)]
pub struct NewView {
    name: String,
    filters: String,
}

/// Keeps the filters of the page under a name.
pub async fn save(
    member: CaseReader,
    app: App,
    session: Session,
    form: web::Form<NewView>,
) -> AppResult<HttpResponse> {
    let NewView { name, filters } = form.into_inner();
    let (name, filters) = (name.trim().to_owned(), Filters::parse(&filters));
    let back = filters.url_after("");
    if name.is_empty() || name.chars().count() > 60 {
        let text = "The view was not saved. Type a name of at most 60 characters.";
        Flash::leave(&session, FlashKind::Error, text)?;
        return Ok(see_other(&back));
    }
    let saved = app
        .db
        .write(move |conn| insert(conn, member.id, &name, &filters));
    match saved.await {
        Ok(()) => Flash::leave(&session, FlashKind::Success, "The view was saved.")?,
        Err(AppError::Conflict(why)) => Flash::leave(&session, FlashKind::Error, why)?,
        Err(other) => return Err(other),
    }
    Ok(see_other(&back))
}

fn insert(conn: &mut AnyConnection, staff_id: i64, name: &str, filters: &Filters) -> AppResult<()> {
    let kept: i64 = saved_views::table
        .filter(saved_views::staff_id.eq(staff_id))
        .count()
        .get_result(conn)?;
    if kept >= AT_MOST {
        return Err(AppError::conflict(
            "The view was not saved. You keep 20 views already; remove one first.",
        ));
    }
    let added = conn.transaction(|conn| {
        diesel::insert_into(saved_views::table)
            .values((
                saved_views::staff_id.eq(staff_id),
                saved_views::name.eq(name),
                saved_views::filters.eq(filters.query()),
            ))
            .execute(conn)
    });
    match added {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(
            AppError::conflict("The view was not saved. You have a view of that name already."),
        ),
        other => Ok(other.map(drop)?),
    }
}

/// Removes a view of one's own.
pub async fn remove(
    member: CaseReader,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let id = id.into_inner();
    let removed = app.db.write(move |conn| {
        let own = saved_views::table
            .filter(saved_views::id.eq(id))
            .filter(saved_views::staff_id.eq(member.id));
        match diesel::delete(own).execute(conn)? {
            0 => Err(AppError::NotFound),
            _ => Ok(()),
        }
    });
    removed.await?;
    see_other_saying(&session, "The view was removed.", "/staff/requests")
}
