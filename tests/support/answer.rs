//! What the server answered, and what a reader sees of it.

use reqwest::header::{HeaderMap, LOCATION};
use scraper::{Html, Selector};

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    path: String,
}

impl Answer {
    /// An error when the server broke off in the middle.
    pub(super) async fn read(path: &str, response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await?.to_vec();
        Ok(Answer {
            status,
            headers,
            body,
            path: path.to_owned(),
        })
    }

    /// The body as it was sent.
    pub fn html(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// The words of the page, with runs of white space as one space.
    pub fn text(&self) -> String {
        let words: Vec<_> = Html::parse_document(&self.html())
            .root_element()
            .text()
            .map(str::to_owned)
            .collect();
        words
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The texts of the elements that a CSS selector finds.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html());
        let selector = Selector::parse(selector).unwrap();
        let found = document.select(&selector).map(|element| {
            let words: Vec<_> = element.text().collect();
            words
                .join(" ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        });
        found.collect()
    }

    /// The values of an attribute of the elements that a CSS selector finds.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let document = Html::parse_document(&self.html());
        let selector = Selector::parse(selector).unwrap();
        let found = document.select(&selector);
        found
            .filter_map(|element| element.attr(name).map(str::to_owned))
            .collect()
    }

    /// Where a redirect leads; the test fails if this is not one.
    #[track_caller]
    pub fn location(&self) -> &str {
        assert_eq!(
            self.status,
            303,
            "{} is no redirect: {}",
            self.path,
            self.html()
        );
        self.headers[LOCATION].to_str().unwrap()
    }

    /// The test fails unless this is a page (200).
    #[track_caller]
    pub fn page(self) -> Self {
        assert_eq!(self.status, 200, "{}: {}", self.path, self.html());
        self
    }

    /// The test fails unless the form came back (422) with that sentence beside that field.
    #[track_caller]
    pub fn refuses(&self, field: &str, sentence: &str) {
        assert_eq!(self.status, 422, "{}: {}", self.path, self.html());
        let beside = self.texts(&format!("#{field}-error"));
        assert!(
            beside.iter().any(|text| text.contains(sentence)),
            "{beside:?} does not say {sentence:?}"
        );
    }

    /// The fields of the form that is sent to `action`, with these filled in. The test fails for a form or
    /// a field that the page does not have.
    #[track_caller]
    pub fn fill(&self, action: &str, fields: &[(&str, &str)]) -> Vec<(String, String)> {
        let document = Html::parse_document(&self.html());
        let every_form = Selector::parse("form").unwrap();
        let form = document
            .select(&every_form)
            .find(|form| form.attr("action") == Some(action))
            .unwrap_or_else(|| panic!("{} has no form for {action}: {}", self.path, self.html()));
        let controls =
            Selector::parse("input[name], select[name], textarea[name], button[name]").unwrap();
        let names: Vec<_> = form
            .select(&controls)
            .map(|control| control.attr("name").unwrap().to_owned())
            .collect();
        for (name, _) in fields {
            assert!(
                names.iter().any(|known| known == name),
                "the form for {action} has no field {name}: {names:?}"
            );
        }
        let hidden = Selector::parse("input[type=hidden]").unwrap();
        let kept = form
            .select(&hidden)
            .map(|input| {
                (
                    input.attr("name").unwrap().to_owned(),
                    input.attr("value").unwrap_or("").to_owned(),
                )
            })
            .filter(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        kept.chain(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
        .collect()
    }
}
