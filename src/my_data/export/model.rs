//! Packages and their downloads.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::LASTS;
use crate::db::schema::{downloads, packages};
use crate::db::text_enum;
use crate::sources::Dates;

text_enum! {
    /// Where a package stands.
    pub enum State {
        /// A job reads the sources.
        Building = "building",
        /// It can be downloaded.
        Ready = "ready",
        /// Its content is gone.
        Expired = "expired",
    }
}

/// A package, without its content.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = packages)]
pub struct Package {
    /// Internal.
    pub id: i64,
    /// Unguessable, for its URL.
    pub reference: String,
    /// Whose data it holds.
    pub person_id: i64,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// The first day; none from the beginning.
    pub from_on: Option<NaiveDate>,
    /// The last day; none until now.
    pub to_on: Option<NaiveDate>,
    /// When it was asked for, in UTC.
    pub requested_at: NaiveDateTime,
    /// When it was complete.
    pub ready_at: Option<NaiveDateTime>,
    /// From then on it cannot be downloaded.
    pub expires_at: Option<NaiveDateTime>,
    /// How many records it holds.
    pub records: i64,
    /// Size of the ZIP.
    pub bytes: i64,
    /// Of the ZIP, in hex.
    pub sha256: String,
    /// Collections that could not be read, as `dataset.collection`, separated by spaces.
    pub unread: String,
    /// How often it was begun: only the newest build may add to it.
    pub build: i64,
    /// Which request it answers, by id; none of those that the person asked for by themselves.
    pub request_id: Option<i64>,
}

impl Package {
    /// Whether its content is there at that time.
    pub fn is_downloadable(&self, now: NaiveDateTime) -> bool {
        self.state == State::Ready && self.expires_at.is_some_and(|end| now < end)
    }

    /// Whether it was ended before its time, which the person is told.
    pub fn ended_early(&self) -> bool {
        let usual_end = self.ready_at.map(|at| at + LASTS);
        self.state == State::Expired
            && self
                .expires_at
                .zip(usual_end)
                .is_none_or(|(end, usual)| end < usual)
    }

    /// The period that it covers.
    pub fn dates(&self) -> Dates {
        Dates {
            from: self.from_on,
            to: self.to_on,
        }
    }

    /// "1.4 MB"
    pub fn size(&self) -> String {
        match self.bytes {
            bytes if bytes >= 1_000_000 => {
                format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
            }
            bytes => format!("{} kB", bytes.div_euclid(1000) + 1),
        }
    }
}

/// One download of a package.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = downloads)]
pub struct Download {
    /// Internal.
    pub id: i64,
    /// Of which package.
    pub package_id: i64,
    /// The browser, in plain words.
    pub device: String,
    /// When, in UTC.
    pub at: NaiveDateTime,
}
