//! A version before it is published, and what may be wrong with it.

use std::fmt;

use chrono::NaiveDate;

use super::model::History;
use super::text::Text;

const LONGEST_VERSION: usize = 40;
const LONGEST_TITLE: usize = 120;
const LONGEST_SUMMARY: usize = 1000;

/// In bytes.
const LARGEST_BODY: usize = 200 * 1024;

/// Names that are pages of their own beside `/policy/{version}`.
const RESERVED: [&str; 2] = ["versions", "compare"];

/// A version that is to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Stands for it in addresses: `2026-02`.
    pub version: String,
    /// The heading of its page.
    pub title: String,
    /// What is new in it, in plain words.
    pub summary: String,
    /// The first day on which it holds.
    pub effective_on: NaiveDate,
    /// Markdown, with line feeds alone at the ends of lines.
    pub body: String,
}

/// Something that keeps a version from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field of [`Draft`] that it is about.
    pub field: &'static str,
    /// The line of the text, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what is expected.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "Line {line}: {}", self.sentence),
            None => f.write_str(&self.sentence),
        }
    }
}

impl Fault {
    /// A fault of a field.
    pub fn new(field: &'static str, sentence: impl Into<String>) -> Self {
        Fault {
            field,
            line: None,
            sentence: sentence.into(),
        }
    }

    fn in_line(line: usize, sentence: impl Into<String>) -> Self {
        Fault {
            line: Some(line),
            ..Fault::new("body", sentence)
        }
    }
}

impl Draft {
    /// The name that a version gets when nobody gives it one: the month in which it begins.
    pub fn usual_version(effective_on: NaiveDate) -> String {
        effective_on.format("%Y-%m").to_string()
    }

    /// All that is wrong with it by itself.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        faults.extend(version_fault(&self.version));
        faults.extend(words_fault("title", &self.title, LONGEST_TITLE));
        faults.extend(words_fault("summary", &self.summary, LONGEST_SUMMARY));
        faults.extend(body_faults(&self.body));
        faults
    }

    /// All that is wrong with it beside the versions that there are.
    pub fn faults_beside(&self, history: &History) -> Vec<Fault> {
        let mut faults = Vec::new();
        if history.find(&self.version).is_some() {
            let sentence = format!(
                "There is a version {} already. Choose another name.",
                self.version
            );
            faults.push(Fault::new("version", sentence));
        }
        let mut others = history.versions().iter();
        if let Some(other) = others.find(|other| other.effective_on == self.effective_on) {
            let sentence = format!(
                "Version {} begins on that day. Choose another date.",
                other.version
            );
            faults.push(Fault::new("effective_on", sentence));
        }
        faults
    }

    /// What is wrong with its date, if people are to be told of it before it holds.
    pub fn date_fault(&self, today: NaiveDate) -> Option<Fault> {
        (self.effective_on < today).then(|| {
            let sentence = format!("The date lies in the past. Choose {today} or a later date.");
            Fault::new("effective_on", sentence)
        })
    }

    /// What is wrong with its date, if it was published elsewhere on that day.
    pub fn taken_over_fault(&self, published_on: NaiveDate) -> Option<Fault> {
        (self.effective_on < published_on).then(|| {
            let sentence = format!(
                "It was published on {published_on}, so it cannot have held before. Choose that day or a later one."
            );
            Fault::new("effective_on", sentence)
        })
    }
}

fn version_fault(version: &str) -> Option<Fault> {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
    let begins_well = version.starts_with(|c: char| c.is_ascii_alphanumeric());
    if version.is_empty() {
        Some(Fault::new(
            "version",
            "Enter a name for the version, such as 2026-02.",
        ))
    } else if !version.chars().all(is_allowed) || !begins_well || version.len() > LONGEST_VERSION {
        let sentence =
            "Use a short name of small letters, digits, hyphens and dots, such as 2026-02.";
        Some(Fault::new("version", sentence))
    } else if RESERVED.contains(&version) {
        let sentence =
            format!("The name “{version}” is taken by another page. Choose another name.");
        Some(Fault::new("version", sentence))
    } else {
        None
    }
}

fn words_fault(field: &'static str, words: &str, longest: usize) -> Option<Fault> {
    let count = words.chars().count();
    if words.trim().is_empty() {
        let sentence = match field {
            "title" => "Enter the heading of the page, such as Privacy policy.",
            _ => "Say in plain words what is new. People read this first.",
        };
        Some(Fault::new(field, sentence))
    } else if count > longest {
        let sentence = format!("Use at most {longest} characters. These are {count}.");
        Some(Fault::new(field, sentence))
    } else {
        None
    }
}

fn body_faults(body: &str) -> Vec<Fault> {
    if body.trim().is_empty() {
        return vec![Fault::new("body", "Write the text of the policy.")];
    }
    if body.len() > LARGEST_BODY {
        let sentence = format!(
            "The text is too long. It may have {} kB.",
            LARGEST_BODY / 1024
        );
        return vec![Fault::new("body", sentence)];
    }
    let text = Text::read(body);
    let mut faults = Vec::new();
    if let Some(line) = text.title_line {
        let sentence = "The first level of heading belongs to the page. Begin a section with “## ” and its heading.";
        faults.push(Fault::in_line(line, sentence));
    } else if text.contents().next().is_none() {
        let sentence = "Divide the text into sections. Each begins with a line such as “## How we use your data”.";
        faults.push(Fault::new("body", sentence));
    }
    let sections: Vec<_> = text.contents().collect();
    for (at, section) in sections.iter().enumerate() {
        let heading = &section.heading;
        if sections[..at].iter().any(|other| other.heading == *heading) {
            let sentence =
                format!("Two sections are called “{heading}”. Give each its own heading.");
            faults.push(Fault::in_line(section.line, sentence));
        }
        if section.blocks.is_empty() {
            let sentence =
                format!("The section “{heading}” says nothing. Write its text or leave it out.");
            faults.push(Fault::in_line(section.line, sentence));
        }
    }
    faults
}
