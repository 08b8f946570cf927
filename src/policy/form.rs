//! The form of a new version.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;

use super::file::{self, PolicyFile};
use super::{Draft, Fault};

/// The form as it is sent.
#[derive(Debug, MultipartForm)]
pub struct NewVersion {
    title: Text<String>,
    version: Text<String>,
    effective_on: Text<String>,
    summary: Text<String>,
    body: Text<String>,
    /// In place of `body`. What it says of itself fills what was left empty.
    file: Option<Bytes>,
}

/// The form as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The heading of the page.
    pub title: String,
    /// The name in addresses; empty for the usual one.
    pub version: String,
    /// A day.
    pub effective_on: String,
    /// What is new.
    pub summary: String,
    /// Markdown.
    pub body: String,
}

impl NewVersion {
    /// What was typed or sent as a file, and the draft that it makes.
    pub fn read(self) -> (Typed, Result<Draft, Vec<Fault>>) {
        let trim = |text: Text<String>| text.trim().to_owned();
        let mut typed = Typed {
            title: trim(self.title),
            version: trim(self.version),
            effective_on: trim(self.effective_on),
            summary: trim(self.summary),
            body: file::tidy(&self.body),
        };
        // A browser sends an empty file when none was chosen.
        if let Some(sent) = self.file.filter(|file| !file.data.is_empty())
            && let Err(fault) = typed.take_file(&sent.data)
        {
            return (typed, Err(vec![fault]));
        }
        let draft = typed.draft();
        (typed, draft)
    }
}

impl Typed {
    fn take_file(&mut self, data: &[u8]) -> Result<(), Fault> {
        let Ok(text) = std::str::from_utf8(data) else {
            return Err(Fault::new(
                "file",
                "Choose a text file in UTF-8, written in Markdown.",
            ));
        };
        let PolicyFile { front, body, .. } =
            PolicyFile::read(text).map_err(|fault| Fault::new("file", fault.to_string()))?;
        let fill = |field: &mut String, said: Option<String>| {
            if let Some(said) = said.filter(|_| field.is_empty()) {
                *field = said;
            }
        };
        fill(&mut self.title, front.title);
        fill(&mut self.version, front.version);
        fill(
            &mut self.effective_on,
            front.effective.map(|day| day.to_string()),
        );
        fill(&mut self.summary, front.summary);
        self.body = body;
        Ok(())
    }

    fn draft(&self) -> Result<Draft, Vec<Fault>> {
        let effective_on = self.effective_on.parse().map_err(|_| {
            let sentence = "Enter the day from which the version holds, such as 2026-03-01.";
            vec![Fault::new("effective_on", sentence)]
        })?;
        let version = match self.version.as_str() {
            "" => Draft::usual_version(effective_on),
            given => given.to_owned(),
        };
        Ok(Draft {
            version,
            title: self.title.clone(),
            summary: self.summary.clone(),
            effective_on,
            body: self.body.clone(),
        })
    }
}
