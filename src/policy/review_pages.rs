//! An admin says that the policy was looked over and that nothing has to change.

use actix_session::Session;
use actix_web::HttpResponse;

use super::reviews;
use crate::accounts::guard::Admin;
use crate::app::App;
use crate::error::AppResult;
use crate::web::see_other_saying;

/// Notes the review; the next one is due twelve months later.
pub async fn reviewed(admin: Admin, app: App, session: Session) -> AppResult<HttpResponse> {
    let (id, now) = (admin.id, app.clock.now());
    let noted = app.db.write(move |conn| reviews::record(conn, id, now));
    noted.await?;
    let said = "The review is noted. The next one is due in twelve months.";
    see_other_saying(&session, said, "/staff/policy")
}
