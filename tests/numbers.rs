//! Numbers as people read them: "14,116" on every page with counts.

use std::collections::BTreeSet;

use candor::accounts::model::Role;
use scraper::{ElementRef, Html, Node};

use crate::scene::{ROUTES, Sample, Scene, Seen, Whose};
use crate::support::{Actor, TestApp, archive};

/// So many people are in the sample that thousands of records are counted.
const PEOPLE: usize = 120;

/// Values as a source holds them, names of things, and what is typed.
const NOT_COUNTED: [&str; 8] = [
    "code", "time", "pre", "script", "style", "textarea", "option", "title",
];

/// After these words stands the number of a thing, and no count of things.
const NAMED: [&str; 14] = [
    "CCR", "CFR", "Code", "Act", "Art.", "Gov.", "RCW", "s.", "number", "no.", "Release", "ending",
    "CA", "555",
];

/// Pages that show what a source holds: streets, telephone numbers, salaries.
fn shows_data(path: &str) -> bool {
    ["/data/", "/staff/requests/", "/requests/", "/demo"]
        .iter()
        .any(|it| path.starts_with(it))
}

/// The words of an element, without those of elements that are not counted.
fn words_of(element: ElementRef<'_>, found: &mut Vec<String>) {
    if NOT_COUNTED.contains(&element.value().name()) {
        return;
    }
    for child in element.children() {
        match child.value() {
            Node::Text(text) => found.extend(text.split_whitespace().map(str::to_owned)),
            _ => {
                if let Some(inner) = ElementRef::wrap(child) {
                    words_of(inner, found);
                }
            }
        }
    }
}

/// Whether a word is a number of four digits or more that is not in groups.
fn is_ungrouped(word: &str) -> bool {
    let bare = word.trim_matches(|it: char| "()[]“”\".,;:!?%".contains(it));
    let bare = bare.trim_start_matches(['-', '–']);
    bare.len() >= 4 && bare.chars().all(|it| it.is_ascii_digit())
}

fn is_year(word: &str) -> bool {
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"))
}

/// The numbers of a page that are not in groups, with the word before.
fn ungrouped(html: &str) -> BTreeSet<String> {
    let page = Html::parse_document(html);
    let mut words = Vec::new();
    words_of(page.root_element(), &mut words);
    let before = std::iter::once(String::new()).chain(words.iter().cloned());
    let pairs = before.zip(&words);
    let wrong = pairs.filter(|(before, word)| {
        is_ungrouped(word) && !is_year(word) && !NAMED.contains(&before.as_str())
    });
    wrong
        .map(|(before, word)| format!("{before} {word}"))
        .collect()
}

#[test]
fn a_count_without_groups_is_noticed_and_a_year_is_none() {
    let wrong = |text: &str| ungrouped(&format!("<p>{text}</p>")).len();
    for said in ["1735 records", "Erase 14116 records", "(2101)", "-1000"] {
        assert_eq!(wrong(said), 1, "{said}");
    }
    for said in [
        "1,735 records",
        "9 February 2026",
        "11 CCR 7101",
        "PR-2026-0001",
        "<code>12345</code>",
        "1798.120(c)",
        "2026-02-09",
        "999",
    ] {
        assert_eq!(wrong(said), 0, "{said}");
    }
}

async fn look(actor: &Actor, path: &str, faults: &mut Vec<String>) -> bool {
    let answer = actor.get(path).await;
    let kind = answer.headers.get("content-type");
    let is_html = kind.is_some_and(|it| it.as_bytes().starts_with(b"text/html"));
    if answer.status != 200 || !is_html {
        return false;
    }
    let html = answer.html();
    faults.extend(
        ungrouped(&html)
            .into_iter()
            .map(|it| format!("{path}: {it}")),
    );
    answer.text().split(' ').any(is_grouped)
}

fn is_grouped(word: &str) -> bool {
    let parts: Vec<_> = word.split(',').collect();
    let is_number = |it: &&str| !it.is_empty() && it.chars().all(|it| it.is_ascii_digit());
    parts.len() > 1 && parts.iter().all(is_number) && parts[1..].iter().all(|it| it.len() == 3)
}

#[actix_web::test]
async fn every_page_writes_numbers_in_groups() {
    let app = TestApp::start_at_declaring(TestApp::start_time(), PEOPLE, |it| {
        *it = (*archive::register()).clone();
    });
    let scene = Scene::set(app).await;
    let staff = [
        scene.app.staff("ruth", Role::Supervisor).await,
        scene.app.staff("ingrid", Role::Auditor).await,
        scene.app.staff("samir", Role::Admin).await,
    ];
    let (mut faults, mut with_groups) = (Vec::new(), 0);
    for route in ROUTES {
        if !matches!(route.how, Sample::Page(Seen::AsUsual)) || shows_data(route.pattern) {
            continue;
        }
        let path = scene.address(route.sample);
        let is_mine = route.whose == Whose::Mayas || !path.starts_with("/staff");
        let lookers = if is_mine {
            std::slice::from_ref(&scene.maya)
        } else {
            &staff[..]
        };
        for looker in lookers {
            with_groups += usize::from(look(looker, &path, &mut faults).await);
        }
    }
    assert!(with_groups > 0, "the sample has thousands of something");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
