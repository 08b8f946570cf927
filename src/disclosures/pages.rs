//! Who receives data, and who was told of what a person chose and asked for.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::ledger::pages::{Ledger, read};
use super::queries::{self, Told};
use super::receiving::{Line, lists};
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::choices::Stopped;
use crate::error::AppResult;
use crate::requests::restricted::NotUsed;
use crate::web::{Page, html, paging, words};

const ON_A_PAGE: usize = 25;

/// Where the two lists that grow go on.
#[derive(Debug, Deserialize)]
pub struct From {
    /// Of the notices: the id of the last one.
    before: Option<i64>,
    /// Of the single disclosures: one to the last recipient.
    after: Option<i64>,
}

#[derive(Template)]
#[template(path = "disclosures/index.html")]
struct DisclosuresPage<'a> {
    page: Page,
    sold: Vec<Line<'a>>,
    /// How it came that nothing of theirs is sold or shared.
    stopped_sale: Option<String>,
    disclosed: Vec<Line<'a>>,
    /// What is kept, and given to nobody who does not have to get it.
    not_used: &'a [NotUsed],
    ledger: Ledger,
    begins: bool,
    notices: Vec<Told>,
    /// Who is not told of what becomes of data that they got, and why.
    untold: Vec<(&'a str, &'a str)>,
    today: NaiveDate,
    newest: Option<&'static str>,
    older: Option<String>,
}

/// The two lists that the law asks for, the person's own ledger, and the notices about them.
pub async fn index(
    person: Person,
    app: App,
    page: Page,
    from: web::Query<From>,
) -> AppResult<HttpResponse> {
    let (before, after) = (from.before, from.after);
    let at_most = paging::one_more(ON_A_PAGE);
    let own = app.clone();
    let found = app.db.read(move |conn| {
        Ok((
            queries::list_of_person(conn, person.id, before, at_most)?,
            read(conn, &own, person.id, after)?,
            Stopped::load(conn, &own, person.id)?,
            find_residence(conn, person.id)?,
        ))
    });
    let (mut notices, ledger, stopped, residence) = found.await?;
    let day = |at| app.laws.day_in(&residence, at);
    let last = paging::cut(&mut notices, ON_A_PAGE);
    let older = last.map(|(it, _)| format!("/disclosures?before={}", it.id));
    let (sold, disclosed) = lists(&app.register, &stopped);
    let all = app.register.recipients.iter();
    let untold = all.filter_map(|it| Some((it.name.as_str(), it.not_told.as_deref()?)));
    let shown = DisclosuresPage {
        untold: untold.collect(),
        page,
        sold,
        stopped_sale: stopped.sale().map(str::to_owned),
        disclosed,
        not_used: stopped.not_used(),
        ledger,
        begins: after.is_none(),
        notices: queries::named(&app.register, notices, |it| day(it.created_at)),
        today: day(app.clock.now()),
        newest: before.map(|_| "/disclosures"),
        older,
    };
    html(StatusCode::OK, &shown)
}
