//! Reviewed texts for messages to people, in English and Spanish.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::app::App;
use crate::db::text_enum;
use crate::requests::model::Request;
use crate::requests::{dates, pause};
use crate::web::words;

text_enum! {
    /// A language in which there are texts.
    pub enum Language {
        /// English.
        English = "en",
        /// Spanish.
        Spanish = "es",
    }
}

/// A text with its variables.
#[derive(Debug, Deserialize)]
pub struct Reply {
    /// As addresses name it.
    pub key: String,
    /// What it is for.
    pub title: String,
    /// When somebody who knows the law last read it.
    pub reviewed_on: toml::value::Datetime,
    /// Of which requests it speaks; of all if none is named.
    #[serde(default)]
    kinds: Vec<String>,
    /// Whether it speaks of an answer.
    #[serde(default)]
    decided: bool,
    /// In English; each variable stands in braces.
    pub en: String,
    /// The same in Spanish.
    pub es: String,
}

#[derive(Deserialize)]
struct File {
    reply: Vec<Reply>,
}

static ALL: LazyLock<Vec<Reply>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("replies.toml"))
        .expect("the texts are part of the program, and a test reads them");
    file.reply
});

/// All texts, in the order in which they are offered.
pub fn all() -> &'static [Reply] {
    &ALL
}

/// The texts that fit a request.
pub fn fitting(request: &Request) -> impl Iterator<Item = &'static Reply> {
    all().iter().filter(|reply| reply.fits(request))
}

/// Whether something in a text is still to be filled in.
pub fn has_blank(text: &str) -> bool {
    let blanks = all().iter().flat_map(|reply| [&reply.en, &reply.es]);
    blanks
        .filter_map(|reply| Some(&reply[reply.find('[')?..=reply.find(']')?]))
        .any(|blank| text.contains(blank))
}

impl Reply {
    /// Whether it can be said of a request.
    pub fn fits(&self, request: &Request) -> bool {
        let is_of_kind =
            self.kinds.is_empty() || self.kinds.iter().any(|it| *it == request.kind.as_str());
        is_of_kind && (!self.decided || request.decided_at.is_some())
    }

    /// Whether it is complete as it is, so that it can go to several people.
    pub fn is_complete(&self) -> bool {
        !has_blank(&self.en)
    }

    /// The text for a request, without any variable left.
    pub fn fill(&self, language: Language, request: &Request, app: &App) -> String {
        let text = match language {
            Language::English => &self.en,
            Language::Spanish => &self.es,
        };
        text.trim()
            .replace("{when}", &when(language, request, app))
            .replace("{reference}", &request.reference)
            .replace("{contact}", &app.site.contact)
    }
}

/// When the answer comes, as it is true now: no day is promised that has passed, or that moves by what is asked.
fn when(language: Language, request: &Request, app: &App) -> String {
    let is_late = dates::is_late(&app.laws, request, app.clock.now());
    let pauses = pause::is_allowed(&app.laws, request);
    match language {
        _ if request.decided_at.is_some() => String::new(),
        Language::English if is_late => {
            "Our answer is late, and we are sorry. We go on with it.".to_owned()
        }
        Language::Spanish if is_late => {
            "Nuestra respuesta se ha retrasado; lo sentimos. Seguimos con ella.".to_owned()
        }
        Language::English => {
            let due = words::day(request.due_on);
            let moves = " While we wait for an answer of yours, that day moves.";
            format!(
                "You have our answer by {due}.{}",
                if pauses { moves } else { "" }
            )
        }
        Language::Spanish => {
            let due = words::day_in_spanish(request.due_on);
            let moves = " Mientras esperamos una respuesta suya, ese día se aplaza.";
            format!(
                "Le responderemos a más tardar el {due}.{}",
                if pauses { moves } else { "" }
            )
        }
    }
}
