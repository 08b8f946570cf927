//! Records that are kept for the law alone and that nobody can search: what a person is told of them.

use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::law::{Cause, Right};
use crate::register;
use crate::requests::model::{Kind, Request};

/// All of them, for somebody under a law.
#[derive(Debug, Clone, Default)]
pub struct SetAside {
    /// In the order of the register.
    pub lots: Vec<Lot>,
    /// Where the law of the person stands that lets them be left out; none where it lets nothing be.
    pub cite: Option<String>,
}

/// One lot of them.
#[derive(Debug, Clone)]
pub struct Lot {
    /// What people call it.
    pub title: String,
    /// What may stand in it about a person.
    pub holds: String,
    /// The kinds of data, each with its name in the law.
    pub kinds: Vec<String>,
    /// Why nobody can search it.
    pub why: String,
    /// For what alone it is kept.
    pub solely_for: String,
    /// Completes "Kept …".
    pub kept: String,
}

impl SetAside {
    /// What is said to somebody who lives there.
    pub fn where_one_lives(app: &App, residence: &str) -> Self {
        let today = app.laws.day_in(residence, app.clock.now());
        let law = app.laws.applying(residence, Right::Access, today).law;
        Self::under(app, &law, today)
    }

    /// What is said to whom a request is about, by the law of that.
    pub fn of_request(app: &App, request: &Request) -> Self {
        Self::under(app, &request.law, request.received_on)
    }

    /// The same where the request asks what is held.
    pub fn beside(app: &App, request: &Request) -> Self {
        match request.kind {
            Kind::Access => Self::of_request(app, request),
            _ => SetAside::default(),
        }
    }

    fn under(app: &App, law: &str, on: NaiveDate) -> Self {
        let lots = app.register.set_aside.iter();
        let ground = app.laws.ground_for(law, Right::Access, on, Cause::SetAside);
        SetAside {
            lots: lots.map(|it| Lot::of(&app.register, it)).collect(),
            cite: ground.map(|it| it.cite),
        }
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.lots.is_empty()
    }

    /// Why the answer has nothing of them.
    pub fn why_left_out(&self) -> String {
        match &self.cite {
            Some(cite) => format!(
                "Nobody can look in these records for what is about you, so our answer has nothing of them. The law allows that ({cite}), as they are kept for the reason named alone and neither sold nor used for anything else."
            ),
            None => "Nobody can look in these records for you as in the others, so they are not in what you see here. If you want us to try, write to us: a person will tell you what can be done.".to_owned(),
        }
    }

    /// Adds it to an answer in words.
    pub fn write_to(&self, said: &mut String) {
        if self.is_empty() {
            return;
        }
        let _ = write!(
            said,
            "\nRecords that we do not search:\n{}\n",
            self.why_left_out()
        );
        for lot in &self.lots {
            let kinds = lot.kinds.join("; ");
            let _ = writeln!(
                said,
                "– {}: {} Kinds of data: {kinds}. Why they are not searched: {} What they are kept for: {} Kept {}.",
                lot.title, lot.holds, lot.why, lot.solely_for, lot.kept
            );
        }
    }

    /// As a list of JSON.
    pub fn json(&self) -> Json {
        let lot = |it: &Lot| {
            json!({
                "title": it.title,
                "holds": it.holds,
                "kinds_of_data": it.kinds,
                "why_not_searched": it.why,
                "kept_for": it.solely_for,
                "kept": it.kept,
            })
        };
        self.lots.iter().map(lot).collect()
    }
}

impl Lot {
    fn of(register: &register::Register, lot: &register::SetAside) -> Self {
        let kinds = lot.kinds(register).into_iter();
        let kinds = kinds.map(|it| format!("{} – in the law: {}", it.title, it.statutory()));
        Lot {
            title: lot.title.clone(),
            holds: lot.holds.clone(),
            kinds: kinds.collect(),
            why: lot.not_searchable.clone(),
            solely_for: lot.solely_for.clone(),
            kept: lot.retention.in_words(),
        }
    }
}
