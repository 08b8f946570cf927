//! The person asks people to look up what no page can show by itself.

use actix_web::HttpResponse;

use super::standing;
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::requests::filing::{self, NewRequest};
use crate::requests::life::By;
use crate::requests::model::Kind;
use crate::requests::over_limit::{self, OverLimit};
use crate::web::see_other;

/// Files an access request for the systems in which nobody is at it.
pub async fn ask(person: Person, app: App) -> AppResult<HttpResponse> {
    let (own, asking) = (app.clone(), person.clone());
    let filed = app.db.write(move |conn| {
        let open: Vec<_> = standing::of_person_in(conn, &own, asking.id)?
            .0
            .into_iter()
            .filter(|it| !it.is_asked())
            .map(|it| it.system)
            .collect();
        if open.is_empty() {
            return Err(AppError::conflict("You have asked for this already."));
        }
        let new = NewRequest {
            note: format!(
                "Please look up what you hold about me in: {}.",
                open.join("; ")
            ),
            ..NewRequest::of(Kind::Access)
        };
        filing::file(conn, asking.id, &new, &By::person(&own, &asking))
    });
    let filed = over_limit::look(&app, &person, Kind::Access, filed.await).await?;
    let filed = filed.map_err(OverLimit::into_error)?;
    app.wake.notify_one();
    Ok(see_other(&format!("/requests/{}/filed", filed.reference)))
}
