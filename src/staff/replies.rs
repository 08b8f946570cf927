//! Reviewed texts for messages to people, in English and Spanish.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::config::Site;
use crate::db::text_enum;
use crate::requests::model::Request;
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
    en: String,
    es: String,
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

impl Reply {
    /// The text for a request, without any variable left.
    pub fn fill(&self, language: Language, request: &Request, site: &Site) -> String {
        let (text, due) = match language {
            Language::English => (&self.en, words::day(request.due_on)),
            Language::Spanish => (&self.es, words::day_in_spanish(request.due_on)),
        };
        text.trim()
            .replace("{reference}", &request.reference)
            .replace("{due}", &due)
            .replace("{organisation}", &site.organisation)
            .replace("{contact}", &site.contact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_known_variables() {
        let variables = |text: &str| -> Vec<String> {
            let inner = text.split('{').skip(1);
            let mut names: Vec<_> = inner
                .map(|rest| rest.split('}').next().unwrap().to_owned())
                .collect();
            names.sort();
            names
        };
        assert!(!all().is_empty());
        for reply in all() {
            assert!(!reply.en.trim().is_empty() && !reply.es.trim().is_empty());
            assert_eq!(variables(&reply.en), variables(&reply.es), "{}", reply.key);
            for name in variables(&reply.en) {
                assert!(["reference", "due", "organisation", "contact"].contains(&name.as_str()));
            }
        }
    }
}
