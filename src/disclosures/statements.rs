//! What a notice about a statement says: what the person says of which datum.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Cause, CauseKind};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::my_data::redactions::Cell;
use crate::my_data::statements;
use crate::register::{FieldView, Recipient, Register};

/// The object of a cause that is about a statement, as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct About {
    statement: i64,
    dataset: String,
    collection: String,
    field: String,
    /// Whether it takes the place of one that was passed on before.
    #[serde(default)]
    replaces: bool,
}

impl About {
    /// The statement of that id, about that datum.
    pub fn of(statement: i64, cell: &Cell, replaces: bool) -> Self {
        About {
            statement,
            dataset: cell.key.dataset.clone(),
            collection: cell.key.collection.clone(),
            field: cell.field.clone(),
            replaces,
        }
    }

    fn read(object: &str) -> Option<Self> {
        serde_json::from_str(object).ok()
    }

    fn view<'a>(&self, register: &'a Register) -> Option<FieldView<'a>> {
        register.describe(&self.dataset, &self.collection, &self.field)
    }
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&json)
    }
}

/// Whether a recipient gets the datum.
pub(super) fn concerns(register: &Register, recipient: &Recipient, object: &str) -> bool {
    let about = About::read(object);
    let view = about.and_then(|it| it.view(register));
    view.is_some_and(|it| it.recipients().any(|it| it.key == recipient.key))
}

/// A statement as a recipient reads it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Said {
    /// What people call the datum.
    pub about: String,
    /// The person's own words; empty where they take them back.
    pub text: String,
    /// Whether this takes the place of what they said before.
    pub replaces: bool,
}

/// What the person says or takes back; nothing where the cause is another one, or the statement has gone since.
pub(super) fn said(conn: &mut AnyConnection, app: &App, cause: &Cause) -> AppResult<Option<Said>> {
    let is_withdrawn = cause.kind == CauseKind::StatementWithdrawn;
    let is_one = is_withdrawn || cause.kind == CauseKind::Statement;
    let Some(about) = is_one.then(|| About::read(&cause.object)).flatten() else {
        return Ok(None);
    };
    let text = if is_withdrawn {
        Some(String::new())
    } else {
        statements::find(conn, &app.keys, about.statement)?.map(|it| it.text)
    };
    let view = about.view(&app.register);
    let title = view.map(|it| format!("{}, {}", it.collection.title, it.field.title));
    Ok(text.zip(title).map(|(text, title)| Said {
        about: title,
        text,
        replaces: about.replaces,
    }))
}
