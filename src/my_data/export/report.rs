//! The readable report: one HTML file without outside resources, written piece by piece.

use askama::Template;

use super::model::Package;
use crate::disclosures::receiving::Line;
use crate::my_data::kept::Kept;
use crate::my_data::ledger::{RecordCard, in_words};
use crate::my_data::set_aside::SetAside;
use crate::web::words;

/// The beginning, with what the report is about.
#[derive(Template)]
#[template(path = "data/report/head.html")]
pub(super) struct Head<'a> {
    pub organisation: &'a str,
    pub contact: &'a str,
    pub package: &'a Package,
    pub made_on: String,
    /// Whether numbers that no page shows stand in it.
    pub tells: bool,
}

impl Head<'_> {
    fn period(&self) -> String {
        match (self.package.from_on, self.package.to_on) {
            (None, None) => "Everything, from the beginning until now".to_owned(),
            (Some(from), None) => format!("From {} until now", in_words(from)),
            (None, Some(to)) => format!("From the beginning until {}", in_words(to)),
            (Some(from), Some(to)) => format!("From {} until {}", in_words(from), in_words(to)),
        }
    }
}

/// The heading of one collection.
#[derive(Template)]
#[template(path = "data/report/collection.html")]
pub(super) struct Heading<'a> {
    pub title: &'a str,
    pub description: &'a str,
    pub category: &'a str,
    pub statutory: &'a str,
    pub file: &'a str,
    /// Whether it is what stays after a deletion.
    pub is_kept: bool,
}

/// One record.
#[derive(Template)]
#[template(path = "data/report/record.html")]
pub(super) struct Entry<'a> {
    pub record: &'a RecordCard,
}

/// The end: who receives data, what could not be read, and how what people look up by hand stands.
#[derive(Template)]
#[template(path = "data/report/foot.html")]
pub(super) struct Foot<'a> {
    pub sold: &'a [Line<'a>],
    pub disclosed: &'a [Line<'a>],
    /// What deletions had to leave.
    pub kept: &'a [Kept],
    /// What is not searched.
    pub set_aside: &'a SetAside,
    /// What else is said, written already.
    pub beside: &'a str,
    pub unread: &'a [String],
    pub by_hand: &'a [String],
    pub records: i64,
    /// How many of them are in it though they have no date; none where no days were chosen.
    pub undated: i64,
}
