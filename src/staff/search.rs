//! The one search field of the desk: a reference, an identity as a whole, or the name of a staff member.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use diesel::OptionalExtension;
use diesel::prelude::*;
use serde::Deserialize;

use super::queries::list_staff;
use super::queue::Filters;
use crate::accounts::guard::CaseReader;
use crate::accounts::model::PersonRow;
use crate::accounts::queries::{find_person_by_any_identity, normal_email};
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::requests::queries::find_by_reference;
use crate::requests::{reference, senders};
use crate::web::page::FlashKind;
use crate::web::{Flash, see_other};

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct Search {
    q: String,
}

/// What it names.
enum Found {
    Request(String),
    Person(PersonRow),
    Staff(i64),
    Nothing,
}

/// Leads to what was searched for. An identity is posted, so that it stands in no address.
pub async fn search(
    reader: CaseReader,
    app: App,
    session: Session,
    form: web::Form<Search>,
) -> AppResult<HttpResponse> {
    let typed = form.into_inner().q;
    let (keys, text) = (app.keys.clone(), typed.clone());
    let found = app.db.read(move |conn| Ok(find(conn, &keys, text.trim())?));
    let filters = match found.await? {
        Found::Request(reference) => {
            return Ok(see_other(&format!("/staff/requests/{reference}")));
        }
        Found::Person(person) => {
            let pseudonym = person.pseudonym.clone();
            views::record(&app, &reader, Seen::Account, person.pseudonym, "").await?;
            Filters {
                person: pseudonym,
                state: "all".to_owned(),
                ..Filters::default()
            }
        }
        Found::Staff(id) => Filters {
            assignee: id.to_string(),
            ..Filters::default()
        },
        Found::Nothing => {
            let text = "Nothing was found. Type a reference, an e-mail address, phone or customer number as a whole, or the name of a staff member.";
            Flash::leave(&session, FlashKind::Notice, text)?;
            Filters::default()
        }
    };
    Ok(see_other(&filters.url_after("")))
}

fn find(conn: &mut AnyConnection, keys: &Keys, typed: &str) -> QueryResult<Found> {
    if typed.is_empty() {
        return Ok(Found::Nothing);
    }
    if let Some(request) = find_by_reference(conn, &reference::normal(typed)).optional()? {
        return Ok(Found::Request(request.reference));
    }
    if let Some(person) = find_person_by_any_identity(conn, keys, typed)? {
        return Ok(Found::Person(person));
    }
    if let Some(request) = senders::queries::find_newest(conn, keys, &normal_email(typed))? {
        return Ok(Found::Request(request.reference));
    }
    let name = typed.to_lowercase();
    let members = list_staff(conn)?;
    let exact = members.iter().find(|it| it.name.to_lowercase() == name);
    let mut begun = members
        .iter()
        .filter(|it| it.name.to_lowercase().contains(&name));
    let only = match (begun.next(), begun.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    };
    Ok(exact
        .or(only)
        .map_or(Found::Nothing, |it| Found::Staff(it.id)))
}
