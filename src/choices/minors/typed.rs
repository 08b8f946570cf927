//! What both forms of the desk ask for: whose account it is, how the word came, what was asked, and what shows that it is so.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Whose;
use super::entries::Word;
use crate::accounts::model::PersonRow;
use crate::accounts::queries::find_person_by_any_identity;
use crate::app::App;
use crate::choices::staff_pages::CHANNELS;
use crate::error::AppResult;
use crate::requests::dates::{fault_of_receipt, latest_receipt};
use crate::requests::model::Channel;
use crate::requests::queries::find_address;
use crate::web::Form;

/// So long may a reason or evidence be.
const LONGEST: usize = 2000;

/// On whose word it is, as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct TypedWord {
    pub channel: String,
    pub received_on: String,
    pub reason: String,
    pub evidence: String,
}

/// Somebody whom an entry is about.
#[derive(Debug, Clone)]
pub struct Known {
    pub person: PersonRow,
    /// Where they are told of it.
    pub mail_to: Option<String>,
    /// Their 16th birthday, if they are or were known to be under 16.
    pub sixteen_on: Option<NaiveDate>,
}

impl Known {
    pub fn whose(&self, staff_id: i64) -> Whose<'_> {
        Whose::by_staff(&self.person, self.mail_to.as_deref(), staff_id)
    }
}

/// The person with an identity that was typed as a whole, if somebody has it.
pub async fn find(app: &App, whom: &str) -> AppResult<Option<Known>> {
    let (own, typed) = (app.clone(), whom.trim().to_owned());
    let found = app.db.read(move |conn| {
        let found = find_person_by_any_identity(conn, &own.keys, &typed)?;
        let Some(person) = found else {
            return Ok(None);
        };
        Ok(Some(Known {
            mail_to: find_address(conn, person.id)?,
            sixteen_on: super::sixteen_on(conn, person.id)?,
            person,
        }))
    });
    found.await
}

impl TypedWord {
    /// On whose word it is, and what is wrong with it, and with whose age it is about, in the form that it is a part of.
    pub fn check<T: Serialize>(
        &self,
        app: &App,
        known: Option<&Known>,
        form: Form<T>,
    ) -> (Option<Word>, Form<T>) {
        let channel = self.channel.parse::<Channel>().ok();
        let channel = channel.filter(|it| CHANNELS.contains(it));
        let day = self.received_on.parse::<NaiveDate>().ok();
        let receipt = fault_of_receipt(day, latest_receipt(app.clock.today()));
        let is_wrong = |text: &str| text.trim().is_empty() || text.chars().count() > LONGEST;
        let form = form
            .refuse_where([
                (
                    known.is_none(),
                    "whom",
                    "Nobody has an account by this. Enter an e-mail address, phone or customer number as a whole.",
                ),
                (channel.is_none(), "channel", "Choose how it came."),
                (
                    receipt.is_some(),
                    "received_on",
                    receipt.unwrap_or_default(),
                ),
                (
                    is_wrong(&self.reason),
                    "reason",
                    "Say what was asked for, in at most 2,000 characters.",
                ),
                (
                    is_wrong(&self.evidence),
                    "evidence",
                    "Say what shows that it is so, in at most 2,000 characters.",
                ),
            ])
            .refuse_unseen();
        let word = channel.zip(day).map(|(channel, received_on)| Word {
            channel,
            received_on,
            reason: self.reason.trim().to_owned(),
            evidence: self.evidence.trim().to_owned(),
        });
        (word, form)
    }
}
