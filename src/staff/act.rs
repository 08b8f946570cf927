//! What every action on a request shares: it is read anew, must be as its page showed it, and is changed in one
//! transaction.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::accounts::guard::StaffMember;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::requests::life::{By, Who, changed};
use crate::requests::model::Request;
use crate::requests::queries;

/// Does something to a request that is still as its page showed it.
pub(super) async fn on_request<T: Send + 'static>(
    app: &App,
    member: &StaffMember,
    (reference, version): (String, i64),
    act: impl FnOnce(&mut AnyConnection, &Request, &By<'_>) -> AppResult<T> + Send + 'static,
) -> AppResult<T> {
    let (own, member, now) = (app.clone(), member.clone(), app.clock.now());
    let acted = app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        if request.version != version {
            return Err(changed());
        }
        let by = By {
            app: &own,
            who: Who::Staff(&member),
            now,
        };
        act(conn, &request, &by)
    });
    let done = acted.await?;
    app.wake.notify_one();
    Ok(done)
}

/// The fields of the decision form: `decision-<item>`, `ground-<item>` and `reason-<item>`, `outcome`, `ground` and
/// `reason`.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Decisions(pub BTreeMap<String, String>);

impl Decisions {
    /// A field as typed.
    pub fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What was chosen for an item.
    pub fn decision(&self, item: i64) -> Option<&str> {
        self.0.get(&format!("decision-{item}")).map(String::as_str)
    }

    /// What was chosen for an item, or by one button for all that nothing was chosen for.
    pub fn decision_or_rest(&self, item: i64) -> &str {
        self.decision(item).unwrap_or_else(|| self.field("rest"))
    }

    /// What was chosen as the ground for refusing an item.
    pub fn ground(&self, item: i64) -> &str {
        self.field(&format!("ground-{item}"))
    }

    /// What was typed as the reason for an item.
    pub fn reason(&self, item: i64) -> &str {
        self.field(&format!("reason-{item}"))
    }

    /// The version of the request that the page showed.
    pub fn version(&self) -> i64 {
        self.field("version").parse().unwrap_or_default()
    }
}
