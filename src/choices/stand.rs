//! How things stand before an act.

use chrono::NaiveDate;
use diesel::QueryResult;

use super::defaults::keeps_off_in;
use super::model::{Choice, MadeBy, NewChoice, State, Subject};
use super::plan::needs_consent;
use super::{queries, standing};
use crate::app::App;
use crate::db::AnyConnection;
use crate::disclosures::ledger;
use crate::policy;

/// How things stand before an act.
#[derive(Debug)]
pub(super) struct Stand {
    pub current: Vec<Choice>,
    /// The version of the policy that is in force.
    pub policy_version: Option<String>,
    /// Where the person lives, as they told us; empty when not known.
    pub residence: String,
    /// When the person has their 16th birthday, if they are or were known to be under 16.
    pub sixteen_on: Option<NaiveDate>,
    /// Whether the law keeps off for the person what takes consent, and no disclosure of their data is on record.
    never_given: bool,
}

impl Stand {
    pub fn read(
        conn: &mut AnyConnection,
        subjects: &[Subject],
        today: NaiveDate,
    ) -> QueryResult<Stand> {
        let person = subjects.iter().find_map(Subject::person_id);
        let told = person.map(|id| standing::told_by(conn, id)).transpose()?;
        let (residence, sixteen_on) = told.unwrap_or_default();
        let never_given = match person {
            Some(id) if keeps_off_in(&residence) => !ledger::queries::is_any_of(conn, id)?,
            _ => false,
        };
        Ok(Stand {
            never_given,
            residence,
            sixteen_on,
            current: queries::list_current(conn, subjects)?,
            policy_version: policy::queries::name_of_current(conn, today)?,
        })
    }

    /// What one subject has opted out of and another has not, for that one: on the same day, and until the same day not to
    /// be asked about.
    pub fn to_spread(&self, from: &str, to: &str) -> Vec<NewChoice> {
        let is_off = |it: &&Choice| it.subject == from && it.state == State::OptedOut;
        let off = self.current.iter().filter(is_off);
        let rows = off.filter_map(|choice| {
            let newest = self.newest(to, &choice.activity);
            let is_known = newest.is_some_and(|it| it.state == State::OptedOut);
            (!is_known).then(|| NewChoice {
                subject: to.to_owned(),
                person_id: None,
                activity: choice.activity.clone(),
                number: newest.map_or(1, |it| it.number + 1),
                state: choice.state.as_str(),
                at: choice.at,
                made_by: MadeBy::Earlier.as_str(),
                policy_version: choice.policy_version.clone(),
                no_solicit_until: choice.no_solicit_until,
                receipt_id: None,
                channel: None,
                received_on: None,
            })
        });
        rows.collect()
    }

    /// Whether nobody can have got data of the person for it: it was off by the law of where they said that they live, they
    /// never turned it on, and no disclosure is on record.
    pub fn was_never_on(&self, app: &App, change: &NewChoice) -> bool {
        let is_first = change.person_id.is_some() && change.number == 1;
        is_first && self.never_given && needs_consent(app, &change.activity)
    }

    pub fn newest(&self, subject: &str, key: &str) -> Option<&Choice> {
        self.current
            .iter()
            .find(|it| it.subject == subject && it.activity == key)
    }
}
