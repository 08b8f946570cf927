//! An opt-out by telephone holds for whoever our systems know by that number, too: for the addresses that stand in the same
//! records. So nobody is asked for more than the number (11 CCR 7026(d), 7060(b)).

use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{is_email, normal_email};
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::as_sources_call;
use crate::register::{Collection, CollectionKey};
use crate::sources::{Dates, Identities, Page};

/// A number that stands in more records of a collection is that of a crowd, and says of nobody who they are.
const MOST: usize = 20;

/// The addresses that stand beside a number, and whether all systems could be asked.
#[derive(Debug)]
pub(super) struct Beside {
    pub addresses: Vec<(IdentityKind, String)>,
    pub is_whole: bool,
}

impl Beside {
    /// Nothing, where all were asked.
    pub fn whole() -> Self {
        Beside {
            addresses: Vec::new(),
            is_whole: true,
        }
    }

    /// What a page says, unless there is more of it.
    fn add(&mut self, page: &Page, paths: &[&str]) {
        if page.next.is_some() || page.has_rest {
            return;
        }
        self.is_whole &= !page.is_partial;
        let data = page.records.iter().flat_map(|it| &it.fields);
        let data = data.filter(|it| paths.contains(&it.path.as_str()));
        let values = data.filter_map(|it| it.value.as_text());
        let addresses = values.map(normal_email).filter(|it| is_email(it));
        let addresses = addresses.map(|it| (IdentityKind::Email, it));
        self.addresses.extend(addresses);
    }
}

/// Looks a number up, however staff and systems write it.
pub(super) async fn look_up(app: &App, numbers: Vec<String>) -> AppResult<Beside> {
    let kind = as_sources_call(IdentityKind::Phone);
    if !app.sources.finds_by(kind) {
        return Ok(Beside::whole());
    }
    let known = numbers
        .iter()
        .fold(Identities::default(), |known, it| known.with(kind, it));
    let own = app.clone();
    app.sources.apart(move || beside(&own, &known)).await
}

fn beside(app: &App, known: &Identities) -> Beside {
    let mut found = Beside::whole();
    for dataset in &app.register.datasets {
        for collection in &dataset.collections {
            let paths = paths_of_addresses(collection);
            if paths.is_empty() || collection.skip_processing {
                continue;
            }
            let key = CollectionKey::new(&dataset.key, &collection.name);
            match app.sources.page(known, &key, None, MOST, Dates::default()) {
                Ok(page) => found.add(&page, &paths),
                Err(error) => {
                    tracing::warn!(%error, "a source does not answer");
                    found.is_whole = false;
                }
            }
        }
    }
    found
}

fn paths_of_addresses(collection: &Collection) -> Vec<&str> {
    let email = as_sources_call(IdentityKind::Email);
    let fields = collection.identities().into_iter();
    let fields = fields.filter(|it| it.identity.as_deref() == Some(email));
    fields.map(|it| it.path.as_str()).collect()
}
