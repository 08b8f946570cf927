//! What a deletion could not erase is used for the reason given and for nothing else (11 CCR 7022(f); GDPR Art. 5(1)(b)):
//! what else it was used for and can be refused is off from then on, until the person allows it again, and those who work
//! for us are told what stays and why. That holds under every law: all of them are told so.

use std::collections::BTreeSet;

use super::life::By;
use super::model::{Decision, Item, Request, State};
use super::queries;
use crate::choices::change::Act;
use crate::choices::model::{MadeBy, State as Choice};
use crate::choices::settings;
use crate::db::AnyConnection;
use crate::disclosures::causes::{self, Whose};
use crate::disclosures::model::CauseKind;
use crate::error::AppResult;
use crate::register::FieldView;

/// What of a decided deletion stays. What nobody decided about, as when it is not known who asks, is none of it.
pub fn staying(request: &Request, items: Vec<Item>) -> Vec<Item> {
    let is_refused = |it: &Item| it.decision == Some(Decision::Refused);
    if request.state == State::Denied && !items.iter().any(is_refused) {
        return Vec::new();
    }
    items.into_iter().filter(Item::stays).collect()
}

/// What stays and is bound to its reason.
fn bound(conn: &mut AnyConnection, request: &Request) -> AppResult<Vec<Item>> {
    Ok(staying(request, queries::list_items(conn, request.id)?))
}

/// Turns the other uses off; call it when a deletion was carried out or denied.
pub(super) fn stop(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let stays = bound(conn, request)?;
    stop_for(conn, request, &stays, by)
}

fn stop_for(
    conn: &mut AnyConnection,
    request: &Request,
    stays: &[Item],
    by: &By<'_>,
) -> AppResult<()> {
    let register = &by.app.register;
    let views = |item: &Item| {
        let dataset = register.dataset(&item.dataset);
        let found = dataset.and_then(|it| Some((it, it.collection(&item.collection)?)));
        let views = found.map(|(dataset, collection)| register.describe_all(dataset, collection));
        views.unwrap_or_default()
    };
    let keys = |view: &FieldView<'_>| -> Vec<String> {
        view.activities().map(|it| it.key.clone()).collect()
    };
    let used: BTreeSet<_> = stays
        .iter()
        .flat_map(views)
        .flat_map(|it| keys(&it))
        .collect();
    let off = settings::on_of(conn, by.app, request.person_id, &used)?;
    if off.is_empty() {
        return Ok(());
    }
    let pseudonym = queries::find_pseudonym(conn, request.person_id)?;
    let address = queries::find_address(conn, request.person_id)?;
    let whose = (request.person_id, pseudonym.as_str(), address.as_deref());
    let act = Act::of_account(whose, off, Choice::OptedOut, MadeBy::Deletion);
    act.apply(by.app, conn, by.now).map(drop)
}

/// The same of a deletion that was denied, of which recipients would hear nothing else.
pub(super) fn follow_denial(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    let stays = bound(conn, request)?;
    if stays.is_empty() {
        return Ok(());
    }
    stop_for(conn, request, &stays, by)?;
    let whose = Whose::Person(request.person_id);
    let about = (CauseKind::Deletion, &whose);
    let (object, due_on) = (&request.reference, request.due_on.max(by.now.date()));
    causes::record(conn, by.app, about, object, due_on, by.now)
}
