//! What a person has stopped, to be said beside what the register declares: else uses seem to go on that do not.

use std::collections::{HashMap, HashSet};

use super::model::{MadeBy, State};
use super::refusable::{SALE_OR_SHARING, keys_of};
use super::settings::{self, Setting};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::Activity;
use crate::requests::resting::{self, Resting};
use crate::requests::restricted::{self, NotUsed};
use crate::web::words;

/// How the activities that are off for a person came to be so, in words, by the titles of the activities and by the
/// names of the recipients that get data for none but these.
#[derive(Debug, Clone, Default)]
pub struct Stopped {
    activities: HashMap<String, String>,
    recipients: HashMap<String, String>,
    sale: Option<String>,
    /// The keys of the activities of which nothing goes on.
    whole: HashSet<String>,
    not_used: Vec<NotUsed>,
}

impl Stopped {
    /// What is off for a person, by a choice, an objection or a restriction.
    pub fn load(conn: &mut AnyConnection, app: &App, person_id: i64) -> AppResult<Self> {
        let register = &app.register;
        let settings = settings::of_person(conn, app, person_id)?;
        let (resting, not_used) = restricted::beside(conn, app, person_id)?;
        let objected = |activity: &Activity| resting::find(&resting, activity);
        let chosen = |activity: &Activity| {
            let keys = keys_of(activity);
            let mut deciding = settings.iter().filter(|it| !it.is_on());
            deciding
                .find(|it| keys.contains(&it.refusable.key))
                .map(in_words)
        };
        let off = |activity: &Activity| {
            let whole = objected(activity).filter(|it| it.is_whole());
            chosen(activity).or_else(|| whole.map(Resting::in_words))
        };
        let said = |activity: &Activity| {
            off(activity).or_else(|| objected(activity).map(Resting::in_words))
        };
        let whole = register.activities.iter().filter(|it| off(it).is_some());
        let activities = register.activities.iter();
        let activities = activities.filter_map(|it| Some((it.title.clone(), said(it)?)));
        let recipients = register.recipients.iter().filter_map(|it| {
            let keys = it.activities.iter();
            let known = keys.filter_map(|key| register.activity(key));
            let all: Option<Vec<_>> = known.map(&off).collect();
            Some((it.name.clone(), all?.pop()?))
        });
        let sale = settings
            .iter()
            .find(|it| it.refusable.key == SALE_OR_SHARING && !it.is_on());
        Ok(Stopped {
            activities: activities.collect(),
            recipients: recipients.collect(),
            sale: sale.map(in_words),
            whole: whole.map(|it| it.key.clone()).collect(),
            not_used,
        })
    }

    /// What is kept and not used for anything, whatever goes on.
    pub fn not_used(&self) -> &[NotUsed] {
        &self.not_used
    }

    /// Whether something of an activity goes on, with other data than those that are kept and not used.
    pub fn is_restricted(&self, activity: &Activity) -> bool {
        !self.not_used.is_empty() && !self.whole.contains(&activity.key)
    }

    /// How sale and sharing came to be off, if they are.
    pub fn sale(&self) -> Option<&str> {
        self.sale.as_deref()
    }

    /// Whether a recipient of that name gets no more data.
    pub fn is_cut_off(&self, recipient: &str) -> bool {
        self.recipients.contains_key(recipient)
    }

    /// Says it behind each of these titles of activities that is off.
    pub fn mark_activities(&self, titles: &mut [String]) {
        mark(titles, &self.activities);
    }

    /// Says it behind each of these recipients, by name or by name and role, that gets no more data.
    pub fn mark_recipients(&self, names: &mut [String]) {
        mark(names, &self.recipients);
    }
}

fn in_words(setting: &Setting<'_>) -> String {
    match &setting.choice {
        Some(choice) if choice.state == State::OptedOut => {
            let (at, made_by) = (words::moment(choice.at, setting.zone), choice.made_by);
            if made_by.is_request() || made_by == MadeBy::Earlier {
                format!("You have stopped this on {at}.")
            } else {
                format!("This has been off since {at}, {}.", made_by.in_words())
            }
        }
        _ => "This is off, for you have not agreed to it.".to_owned(),
    }
}

fn mark(texts: &mut [String], known: &HashMap<String, String>) {
    for text in texts {
        // A role in brackets may stand behind a name.
        let name = text.split(" (").next().unwrap_or_default();
        let words = known.get(text.as_str()).or_else(|| known.get(name));
        if let Some(words) = words {
            *text = format!("{text}: {}", words.trim_end_matches('.'));
        }
    }
}
