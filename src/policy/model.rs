//! Versions of the policy, and their history.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::schema::policy_versions;

/// One published version, without its text. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = policy_versions)]
pub struct PolicyVersion {
    /// Internal.
    pub id: i64,
    /// Stands for it in addresses: `2026-02`.
    pub version: String,
    /// The heading of its page.
    pub title: String,
    /// What is new in it, in plain words.
    pub summary: String,
    /// The first day on which it holds. No two versions begin on the same day.
    pub effective_on: NaiveDate,
    /// When people could first read it.
    pub published_at: NaiveDateTime,
    /// The staff member; none when it came from the command line.
    pub published_by: Option<i64>,
    /// SHA-256 of its text, in hex.
    pub body_hash: String,
}

impl PolicyVersion {
    /// The path of its page.
    pub fn path(&self) -> String {
        format!("/policy/{}", self.version)
    }

    /// The path of its comparison with a newer version.
    pub fn compare_path(&self, newer: &PolicyVersion) -> String {
        format!("/policy/compare/{}/{}", self.version, newer.version)
    }
}

/// All versions, newest first. There are a few a year, so they are read at once, without their texts.
#[derive(Debug, Clone, Default)]
pub struct History(pub(super) Vec<PolicyVersion>);

impl History {
    /// Newest first.
    pub fn versions(&self) -> &[PolicyVersion] {
        &self.0
    }

    /// The version that holds on a day.
    pub fn current(&self, on: NaiveDate) -> Option<&PolicyVersion> {
        self.0.iter().find(|version| version.effective_on <= on)
    }

    /// The version that takes over next.
    pub fn upcoming(&self, on: NaiveDate) -> Option<&PolicyVersion> {
        self.0
            .iter()
            .rev()
            .find(|version| version.effective_on > on)
    }

    /// The versions that must bear out the register: the one that holds on a day, and the one that comes next.
    pub fn to_check(&self, on: NaiveDate) -> impl Iterator<Item = &PolicyVersion> {
        self.current(on).into_iter().chain(self.upcoming(on))
    }

    /// The version of that name.
    pub fn find(&self, version: &str) -> Option<&PolicyVersion> {
        self.0.iter().find(|it| it.version == version)
    }

    /// The version that it replaces.
    pub fn before(&self, version: &PolicyVersion) -> Option<&PolicyVersion> {
        self.0
            .iter()
            .find(|it| it.effective_on < version.effective_on)
    }

    /// The version that replaces it.
    pub fn after(&self, version: &PolicyVersion) -> Option<&PolicyVersion> {
        self.0
            .iter()
            .rev()
            .find(|it| it.effective_on > version.effective_on)
    }

    /// The versions after the older one, up to and with the newer; newest first.
    pub fn between<'a>(
        &'a self,
        older: &'a PolicyVersion,
        newer: &'a PolicyVersion,
    ) -> impl Iterator<Item = &'a PolicyVersion> {
        let steps = self
            .0
            .iter()
            .filter(move |it| it.effective_on > older.effective_on);
        steps.filter(move |it| it.effective_on <= newer.effective_on)
    }
}
