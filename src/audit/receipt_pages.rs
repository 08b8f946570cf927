//! Receipts: listed, shown and handed out as files.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::QueryResult;
use serde::Deserialize;

use super::receipt_words::{Said, outcome, title};
use super::receipts::{self, Receipt};
use crate::accounts::guard::{Account, CaseReader, Person};
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::requests::queries;
use crate::web::{Page, download, html, paging};

/// So many receipts are on one page.
const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "receipts/index.html")]
struct IndexPage {
    page: Page,
    receipts: Vec<Line>,
    newest: Option<String>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "receipts/show.html")]
struct ShowPage {
    page: Page,
    receipt: Receipt,
    said: Said,
}

impl ShowPage {
    /// Where staff see the request that it proves.
    fn request_url(&self) -> String {
        format!("/staff/requests/{}", self.receipt.object)
    }
}

/// Where the page begins.
#[derive(Debug, Deserialize)]
pub struct From {
    before: Option<String>,
}

/// A receipt in a list.
struct Line {
    id: String,
    title: &'static str,
    what: String,
    at: String,
}

/// The person's own, newest first.
pub async fn index(
    person: Person,
    app: App,
    page: Page,
    from: web::Query<From>,
) -> AppResult<HttpResponse> {
    let before = from.into_inner().before;
    let newest = before.as_ref().map(|_| "/receipts".to_owned());
    let at_most = paging::one_more(PAGE);
    let read = app.db.read(move |conn| {
        let list = receipts::list_of_person(conn, person.id, before.as_deref(), at_most)?;
        Ok((list, find_residence(conn, person.id)?))
    });
    let (mut list, residence) = read.await?;
    let page = page.of_residence(&app, &residence);
    let last = paging::cut(&mut list, PAGE);
    let older = last.map(|it| format!("/receipts?before={}", it.id));
    let shown = IndexPage {
        receipts: list.into_iter().map(|it| Line::of(it, &page)).collect(),
        newest,
        older,
        page,
    };
    html(StatusCode::OK, &shown)
}

/// One receipt: the person's own, a visitor's, which whoever has its address may see, or that of a request, which staff
/// who may see that may see too.
pub async fn show(
    account: Option<Account>,
    reader: Option<CaseReader>,
    app: App,
    page: Page,
    id: web::Path<String>,
) -> AppResult<HttpResponse> {
    let is_for_staff = reader.is_some();
    let (receipt, residence) = find(&app, (account, reader), id.into_inner()).await?;
    let page = if is_for_staff {
        page
    } else {
        page.of_residence(&app, &residence)
    };
    let content = receipt.content().ok_or(AppError::NotFound)?;
    let said = Said::of(&app.register, content, page.zone);
    html(
        StatusCode::OK,
        &ShowPage {
            page,
            receipt,
            said,
        },
    )
}

/// The same as a file that anybody can check.
pub async fn file(
    account: Option<Account>,
    reader: Option<CaseReader>,
    app: App,
    id: web::Path<String>,
) -> AppResult<HttpResponse> {
    let (receipt, _) = find(&app, (account, reader), id.into_inner()).await?;
    let body = serde_json::to_vec_pretty(&receipt.to_file(&app.keys))?;
    let name = format!("receipt-{}.json", receipt.id);
    Ok(download(&name, "application/json", body))
}

/// With where its owner lives, if it has one. Somebody who is not signed in may just have followed the link of a mail, and is asked to sign in.
async fn find(
    app: &App,
    (account, reader): (Option<Account>, Option<CaseReader>),
    id: String,
) -> AppResult<(Receipt, String)> {
    let is_signed_in = account.is_some();
    let person_id = account.and_then(|it| it.person_id());
    let read = app.db.read(move |conn| {
        let receipt = match reader {
            Some(_) => find_for_staff(conn, &id)?,
            None => receipts::find_for(conn, &id, person_id)?,
        };
        let residence = receipt.person_id.map(|owner| find_residence(conn, owner));
        Ok((receipt, residence.transpose()?.unwrap_or_default()))
    });
    match read.await {
        Err(AppError::NotFound) if !is_signed_in => Err(AppError::SignInRequired),
        found => found,
    }
}

/// A visitor's, or that of a request. What else people have receipts of is their own.
fn find_for_staff(conn: &mut AnyConnection, id: &str) -> QueryResult<Receipt> {
    let receipt = receipts::find(conn, id)?;
    if let Some(owner) = receipt.person_id {
        queries::find_for_person(conn, owner, &receipt.object)?;
    }
    Ok(receipt)
}

impl Line {
    fn of(receipt: Receipt, page: &Page) -> Line {
        let outcome = receipt.content().map(|it| outcome(&it.facts));
        let sentences = outcome.unwrap_or_default();
        Line {
            title: title(&receipt.kind),
            what: if sentences.is_empty() {
                receipt.object
            } else {
                sentences.join(". ")
            },
            at: page.moment(receipt.created_at),
            id: receipt.id,
        }
    }
}
