//! What is held still of somebody for whom a deletion found nothing to erase: what earlier ones had to leave.

use super::model::Request;
use super::planning;
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::{kept, read};
use crate::sources::Plan;

/// What was seen in the sources before something is decided: they are not read while the database is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen<'a> {
    /// Of an appeal against a deletion: what that would do now.
    pub anew: Option<&'a Plan>,
    /// Of a deletion for which nothing was found to erase: how many records there are that an earlier one had to leave.
    pub held: i64,
}

/// How many records that is, as the sources say, and where one does not answer, as was last seen; none for any other
/// request. It reads the sources.
pub async fn count(app: &App, request: &Request) -> AppResult<i64> {
    if !planning::finds_nothing(app, request)? {
        return Ok(0);
    }
    let person_id = request.person_id;
    read(app, person_id, move |app, identities| {
        let kept = kept::list(app, (person_id, identities))?;
        Ok(kept.lines.iter().map(|it| it.count).sum())
    })
    .await
}
