//! Reading the person's data at its sources.

use crate::accounts::model::IdentityKind;
use crate::accounts::queries;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::sources::{Identities, SourceError};

/// Reads a person's data on a blocking thread: sources wait for other systems.
pub async fn read<T: Send + 'static>(
    app: &App,
    person_id: i64,
    work: impl FnOnce(&App, &Identities) -> AppResult<T> + Send + 'static,
) -> AppResult<T> {
    let app = app.clone();
    let reading = move || {
        let known = app
            .db
            .read_now(|conn| Ok(queries::list_identities(conn, person_id)?))?;
        let identities = known.iter().fold(Identities::default(), |known, identity| {
            let kind = match identity.kind {
                IdentityKind::Email => "email",
                IdentityKind::Phone => "phone_number",
                IdentityKind::External => "external_id",
            };
            known.with(kind, &identity.value)
        });
        work(&app, &identities)
    };
    tokio::task::spawn_blocking(reading).await?
}

impl From<SourceError> for AppError {
    fn from(error: SourceError) -> Self {
        AppError::Unavailable(error.to_string())
    }
}
