//! The forms that a page offers, filled in by chance.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::Rng;
use rand::rngs::StdRng;
use reqwest::multipart::{Form, Part};
use scraper::{ElementRef, Html, Selector};

use crate::requests::agents::PDF;
use crate::support::{Actor, Answer};

/// What somebody may send from a page.
pub struct Offer {
    pub action: String,
    pub fields: Vec<(String, String)>,
    is_multipart: bool,
    files: Vec<String>,
}

impl Offer {
    pub async fn send(&self, actor: &Actor) -> Answer {
        if self.is_multipart {
            let mut form = Form::new();
            for (name, value) in &self.fields {
                form = form.text(name.clone(), value.clone());
            }
            for name in &self.files {
                let file = Part::bytes(PDF).file_name("letter.pdf");
                form = form.part(name.clone(), file);
            }
            return actor.post_multipart(&self.action, form).await;
        }
        let fields = self.fields.iter();
        let fields: Vec<_> = fields.map(|it| (it.0.as_str(), it.1.as_str())).collect();
        actor.post(&self.action, &fields).await
    }
}

/// All forms of a page that are posted, each filled in.
pub fn offers(page: &Answer, today: &str, random: &mut StdRng) -> Vec<Offer> {
    let document = Html::parse_document(&page.html());
    let forms = Selector::parse("main form[method=post]").unwrap();
    let forms = document.select(&forms);
    forms.filter_map(|form| fill(form, today, random)).collect()
}

fn fill(form: ElementRef<'_>, today: &str, random: &mut StdRng) -> Option<Offer> {
    let controls = Selector::parse("input[name], select[name], textarea[name], button[name]");
    let (mut fields, mut files) = (Vec::new(), Vec::new());
    let mut radios = BTreeMap::<String, Vec<String>>::new();
    for control in form.select(&controls.unwrap()) {
        let attribute = |name| control.attr(name).unwrap_or_default().to_owned();
        let (name, value) = (attribute("name"), attribute("value"));
        match (control.value().name(), attribute("type").as_str()) {
            (_, "radio") => radios.entry(name).or_default().push(value),
            (_, "checkbox") if random.random_bool(0.5) => fields.push((name, value)),
            (_, "checkbox") => {}
            (_, "file") => files.push(name),
            (_, "hidden") | ("button", _) => fields.push((name, value)),
            (_, "date") => fields.push((name, today.to_owned())),
            ("select", _) => fields.push((name, chosen(control, random))),
            ("textarea", _) => fields.push((name, words())),
            _ if value.is_empty() => fields.push((name, words())),
            _ => fields.push((name, value)),
        }
    }
    for (name, values) in radios {
        let one = random.random_range(0..values.len());
        fields.push((name, values[one].clone()));
    }
    Some(Offer {
        action: form.attr("action")?.to_owned(),
        fields,
        files,
        is_multipart: form.attr("enctype") == Some("multipart/form-data"),
    })
}

fn chosen(select: ElementRef<'_>, random: &mut StdRng) -> String {
    let options = Selector::parse("option").unwrap();
    let options: Vec<_> = select.select(&options).collect();
    if options.is_empty() {
        return String::new();
    }
    let one = options[random.random_range(0..options.len())];
    one.attr("value").unwrap_or_default().to_owned()
}

/// Other words each time: the same at once would be the same request.
fn words() -> String {
    static WRITTEN: AtomicUsize = AtomicUsize::new(1);
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    format!("Because it is so, for the {number}th time.")
}
