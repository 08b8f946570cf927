//! Lists that are read page by page: one row more than fits is asked for, and tells whether the list goes on.

use chrono::NaiveDate;
use diesel::QueryResult;
use serde::Deserialize;

use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;

/// Where a list of the newest goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    /// The id of the last row of the page before.
    pub before: Option<i64>,
}

/// One page of a list of the newest.
#[derive(Debug)]
pub struct Newest<T> {
    /// What it shows.
    pub rows: Vec<T>,
    /// The address of the first page, on a later one.
    pub newer: Option<&'static str>,
    /// The address of the next page, if the list goes on.
    pub older: Option<String>,
}

impl Before {
    /// Reads the page of the list at that path that begins here: `list` gives at most so many rows with an id below.
    pub async fn page<T: Send + 'static>(
        &self,
        app: &App,
        (path, on_a_page): (&'static str, usize),
        list: impl FnOnce(&mut AnyConnection, Option<i64>, i64) -> QueryResult<Vec<T>> + Send + 'static,
        id: impl Fn(&T) -> i64,
    ) -> AppResult<Newest<T>> {
        let before = self.before;
        let found = app
            .db
            .read(move |conn| Ok(list(conn, before, one_more(on_a_page))?));
        let mut rows = found.await?;
        let last = cut(&mut rows, on_a_page).map(id);
        Ok(Newest {
            rows,
            newer: before.map(|_| path),
            older: last.map(|id| format!("{path}?before={id}")),
        })
    }
}

/// How many rows to ask for when so many are shown.
pub fn one_more(on_a_page: usize) -> i64 {
    i64::try_from(on_a_page + 1).unwrap_or(i64::MAX)
}

/// Cuts what was read to one page. Returns the last row that is shown if the list goes on after it.
pub fn cut<T>(rows: &mut Vec<T>, on_a_page: usize) -> Option<&T> {
    let goes_on = rows.len() > on_a_page;
    rows.truncate(on_a_page);
    rows.last().filter(|_| goes_on)
}

/// Where a list by due date goes on: `DATE_ID` of the last row before it.
pub fn position(after: &str) -> Option<(NaiveDate, i64)> {
    let (date, id) = after.split_once('_')?;
    Some((date.parse().ok()?, id.parse().ok()?))
}

/// Filters as the query of an address; those that are empty filter nothing and are left out.
pub fn query(filters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in filters.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

/// The address of a list with such a query, from another place on.
pub fn address(path: &str, query: &str, after: &str) -> String {
    let mut parts = Vec::new();
    if !query.is_empty() {
        parts.push(query.to_owned());
    }
    if !after.is_empty() {
        parts.push(format!("after={after}"));
    }
    match parts.join("&").as_str() {
        "" => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}
