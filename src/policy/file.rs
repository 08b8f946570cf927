//! A version as a file: Markdown, and above it, between two lines of `+++`, what is known of it in TOML.

use std::fmt;
use std::ops::Range;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use toml::value::Datetime;

use super::Draft;

const FENCE: &str = "+++";

/// A file, read. What it does not say can be said elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFile {
    /// What stands above the text.
    pub front: Front,
    /// Markdown.
    pub body: String,
    /// So many lines of the file stand before the text.
    pub lines_before: usize,
}

/// What stands above the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// Its name in addresses.
    pub version: Option<String>,
    /// The heading of its page.
    pub title: Option<String>,
    /// What is new in it.
    pub summary: Option<String>,
    /// The first day on which it holds.
    #[serde(default, deserialize_with = "day")]
    pub effective: Option<NaiveDate>,
    /// The day on which people could first read it, for a version that was published before.
    #[serde(default, deserialize_with = "day")]
    pub published: Option<NaiveDate>,
}

/// What is wrong with a file, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct FileFault {
    /// From 1.
    pub line: usize,
    /// What is wrong and what is expected.
    pub sentence: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.sentence)
    }
}

impl PolicyFile {
    /// Reads a file; lines may end in either way.
    pub fn read(text: &str) -> Result<Self, FileFault> {
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let Some(inside) = text.strip_prefix("+++\n") else {
            return Ok(PolicyFile::default().with_body(&text));
        };
        let lines: Vec<_> = inside.split('\n').collect();
        let Some(end) = lines.iter().position(|line| line.trim_end() == FENCE) else {
            let sentence = "expected a second line of +++ below what is said of the version";
            return Err(fault(1, sentence));
        };
        let above = lines[..end].join("\n");
        let front = toml::from_str(&above).map_err(|error| {
            let at = error.span().map_or(0, |span| line_of(&above, &span));
            fault(at + 2, error.message())
        })?;
        let file = PolicyFile {
            front,
            lines_before: end + 2,
            ..PolicyFile::default()
        };
        Ok(file.with_body(&lines[end + 1..].join("\n")))
    }

    /// The draft that it makes, and the day of an earlier publication; `None` when it does not say from
    /// which day it holds.
    pub fn into_draft(self) -> Option<(Draft, Option<NaiveDate>)> {
        let front = self.front;
        let effective_on = front.effective?;
        let usual = || Draft::usual_version(effective_on);
        let draft = Draft {
            version: front.version.unwrap_or_else(usual),
            title: front.title.unwrap_or_else(|| "Privacy policy".to_owned()),
            summary: front.summary.unwrap_or_default(),
            effective_on,
            body: self.body,
        };
        Some((draft, front.published))
    }

    /// The text in its place: with as many empty lines before it as the file has others, so that what is wrong with it is
    /// told by the lines of the file.
    pub fn body_in_place(&self) -> String {
        "\n".repeat(self.lines_before) + &self.body
    }

    fn with_body(mut self, text: &str) -> Self {
        let body = text.trim_start();
        self.lines_before += text[..text.len() - body.len()].matches('\n').count();
        self.body = tidy(body);
        self
    }
}

/// A text as it is kept: line feeds alone at the ends of lines, and one at its own end.
pub fn tidy(text: &str) -> String {
    format!("{}\n", text.replace("\r\n", "\n").trim())
}

fn fault(line: usize, sentence: &str) -> FileFault {
    FileFault {
        line,
        sentence: sentence.replace('\n', " "),
    }
}

/// Counted from 0.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    text[..span.start.min(text.len())].matches('\n').count()
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let expected =
        || serde::de::Error::custom("expected a date such as 2026-02-01, without quotes");
    let date = Datetime::deserialize(deserializer).map_err(|_| expected())?;
    let date = date.date.ok_or_else(expected)?;
    let (year, month, day) = (date.year.into(), date.month.into(), date.day.into());
    NaiveDate::from_ymd_opt(year, month, day)
        .map(Some)
        .ok_or_else(expected)
}
