//! A person says that they have seen a version. Nothing asks for it and nothing waits for it.

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::{for_you, queries};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::see_other_saying;

/// Notes it, and goes back to the version.
pub async fn acknowledge(
    person: Person,
    app: App,
    session: Session,
    version: web::Path<String>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let noted = app.db.write(move |conn| {
        let history = queries::history(conn)?;
        let version = history.find(&version).ok_or(AppError::NotFound)?;
        for_you::acknowledge(conn, &person, version, now)?;
        Ok(version.path())
    });
    let path = noted.await?;
    let said = "It is noted that you have seen this version.";
    see_other_saying(&session, said, &path)
}
