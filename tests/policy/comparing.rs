use candor::policy::comparison::{Change, Comparison};
use candor::policy::text::Text;
use proptest::prelude::*;

use super::{SHORT, draft, take_over};
use crate::support::TestApp;

const OLD: &str = "## Data\n\nWe keep your name as long as necessary.\n\n- name\n- phone\n\n## Links\n\nOther sites \
                   are theirs.\n\n## Cookies\n\nWe set some.\n";
const NEW: &str = "## Data\n\nWe keep your name for two years.\n\n- name\n- e-mail\n\n## Sale\n\nWe sell \
                   nothing.\n\n## Links\n\nOther sites are theirs.\n";

async fn with_versions() -> TestApp {
    let app = TestApp::start();
    take_over(&app, draft("2024-01-01", OLD)).await;
    take_over(&app, draft("2025-01-01", SHORT)).await;
    take_over(&app, draft("2026-01-01", NEW)).await;
    app
}

#[actix_web::test]
async fn two_versions_are_compared_word_by_word_and_in_short() {
    let app = with_versions().await;
    let page = app
        .visitor()
        .get("/policy/compare/2024-01/2026-01")
        .await
        .page();

    let facts = page.texts("#in-short ~ dl dd");
    assert_eq!(facts, ["1: Sale", "1: Cookies", "1: Data", "1: Links"]);
    let text = page.text();
    assert!(text.contains("Version 2026-01: New in 2026-01."), "{text}");
    assert!(text.contains("Version 2025-01: New in 2025-01."), "{text}");
    assert!(!text.contains("New in 2024-01."), "{text}");

    let removed = page.texts("section[aria-labelledby=change-data] p:not(.item) del");
    assert_eq!(
        removed,
        ["Removed: as long as necessary. . End of removal."]
    );
    let added = page.texts("section[aria-labelledby=change-data] p:not(.item) ins");
    assert_eq!(added, ["Added: for two years. . End of addition."]);
    assert_eq!(page.texts("details summary"), ["Links: unchanged"]);
    for link in page.attributes("#in-short ~ dl dd a", "href") {
        assert_eq!(
            page.texts(&format!("[id=\"{}\"]", &link[1..])).len(),
            1,
            "{link}"
        );
    }
}

/// Anybody can ask for it: the work is bounded, and what is left over stands there as a whole.
#[test]
fn long_passages_in_another_order_are_set_side_by_side_unread() {
    let words: Vec<_> = (0..30_000).map(|number| format!("word{number}")).collect();
    let turned: Vec<_> = words.iter().rev().cloned().collect();
    let text = |words: &[String]| Text::read(&format!("## Policy\n\n{}\n", words.join(" ")));
    let (old, new) = (text(&words), text(&turned));
    let comparison = Comparison::of(&old, &new);
    assert_eq!(words_of(&comparison, Change::Removed), words_in(&old));
    assert_eq!(words_of(&comparison, Change::Added), words_in(&new));
    let mut blocks = comparison.sections.iter().flat_map(|it| &it.blocks);
    assert!(blocks.all(|it| it.runs.len() == 1));
}

#[actix_web::test]
async fn every_pair_has_one_address() {
    let app = with_versions().await;
    let leads = async |path: &str| app.visitor().get(path).await.location().to_owned();
    let one = "/policy/compare/2024-01/2026-01";
    assert_eq!(leads("/policy/compare/2026-01/2024-01").await, one);
    assert_eq!(leads("/policy/compare?from=2024-01&to=2026-01").await, one);
    assert_eq!(leads("/policy/compare?from=2026-01&to=2024-01").await, one);
    assert_eq!(
        leads("/policy/compare/2024-01/2024-01").await,
        "/policy/2024-01"
    );
    let missing = app.visitor().get("/policy/compare/2024-01/2030-01").await;
    assert_eq!(missing.status, 404);
}

#[actix_web::test]
async fn the_form_proposes_the_last_change_and_says_what_is_wrong() {
    let app = with_versions().await;
    let page = app.visitor().get("/policy/compare").await.page();
    let chosen = page.attributes("option[selected]", "value");
    assert_eq!(chosen, ["2025-01", "2026-01"]);
    let same = app
        .visitor()
        .get("/policy/compare?from=2024-01&to=2024-01")
        .await;
    same.refuses("to", "Choose two different versions.");
    let one = app.visitor().get("/policy/compare?from=2024-01&to=").await;
    one.refuses("to", "Choose a version from the list.");
}

#[test]
fn a_section_that_moved_is_compared_with_itself() {
    let old = Text::read("## A\n\none\n\n## B\n\ntwo\n\n## C\n\nthree\n");
    let new = Text::read("## C\n\nthree\n\n## A\n\none more\n\n## B\n\ntwo\n");
    let comparison = Comparison::of(&old, &new);
    let told: Vec<_> = comparison
        .sections
        .iter()
        .map(|section| (section.heading.as_str(), section.change))
        .collect();
    assert_eq!(
        told,
        [
            ("C", Change::Same),
            ("A", Change::Changed),
            ("B", Change::Same)
        ]
    );
}

/// All words of one side of a comparison, in order.
fn words_of(comparison: &Comparison, side: Change) -> Vec<String> {
    let blocks = comparison
        .sections
        .iter()
        .flat_map(|section| &section.blocks);
    let runs = blocks.flat_map(|block| &block.runs);
    let kept = runs.filter(|run| run.change == side || run.change == Change::Same);
    kept.flat_map(|run| run.words.split(' '))
        .map(str::to_owned)
        .collect()
}

fn words_in(text: &Text) -> Vec<String> {
    let blocks = text.sections.iter().flat_map(|section| &section.blocks);
    blocks
        .flat_map(|block| block.words.split(' '))
        .map(str::to_owned)
        .collect()
}

fn markdown() -> impl Strategy<Value = String> {
    let block = "(- )?[a-d]( [a-e]){0,7}\n";
    let section = prop::collection::vec(block, 1..5).prop_map(|blocks| blocks.join("\n"));
    prop::collection::vec(section, 1..4).prop_map(|sections| {
        let numbered = sections.iter().enumerate();
        let texts: Vec<_> = numbered
            .map(|(at, text)| format!("## S{at}\n\n{text}\n"))
            .collect();
        texts.concat()
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_or_invented_on_either_side(old in markdown(), new in markdown()) {
        let (old, new) = (Text::read(&old), Text::read(&new));
        let comparison = Comparison::of(&old, &new);
        prop_assert_eq!(words_of(&comparison, Change::Added), words_in(&new));
        prop_assert_eq!(words_of(&comparison, Change::Removed), words_in(&old));
        let same = old.sections == new.sections;
        prop_assert_eq!(comparison.with(Change::Same).len() == comparison.sections.len(), same);
    }
}
