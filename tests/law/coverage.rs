//! `docs/law-coverage.md` says which test covers which rule of law.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
struct Rules {
    rules: Vec<(String, String, String)>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The tests of each rule, as `file: name`: what stands after `/// Rule:` above them, split by `;`.
fn tests() -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::<String, Vec<String>>::new();
    let files = walkdir::WalkDir::new(root().join("tests")).sort_by_file_name();
    for file in files.into_iter().map(Result::unwrap) {
        if file.path().extension().is_some_and(|it| it == "rs") {
            scan(file.path(), &mut found);
        }
    }
    found
}

fn scan(file: &Path, found: &mut BTreeMap<String, Vec<String>>) {
    let text = std::fs::read_to_string(file).unwrap();
    let name = file.strip_prefix(root()).unwrap().display().to_string();
    let mut ids = Vec::new();
    for line in text.lines().map(str::trim_start) {
        if let Some(rule) = line.strip_prefix("/// Rule: ") {
            let ids_of = rule
                .split("; ")
                .filter_map(|part| part.split([',', ':']).next());
            // Of "C1, 11 CCR 7021(a); Gov. Code 6701" the second part is a cite.
            let is_id =
                |it: &&str| !it.contains(' ') && it.starts_with(|c: char| c.is_ascii_uppercase());
            ids.extend(
                ids_of
                    .filter(is_id)
                    .map(|it| it.trim_end_matches('.').to_owned()),
            );
        } else if let Some(function) = line.strip_prefix("async fn ").or(line.strip_prefix("fn ")) {
            let function = function.split('(').next().unwrap();
            for id in ids.drain(..) {
                let tests = found.entry(id).or_default();
                let test = format!("`{name}`: {}", function.replace('_', " "));
                if !tests.contains(&test) {
                    tests.push(test);
                }
            }
        }
    }
}

fn document() -> String {
    let text = std::fs::read_to_string(root().join("docs/law-rules.toml")).unwrap();
    let rules: Rules = toml::from_str(&text).unwrap();
    let tests = tests();
    for id in tests.keys() {
        let is_known = rules.rules.iter().any(|(rule, ..)| rule == id);
        assert!(
            is_known,
            "a test names the rule {id}, which docs/law-rules.toml does not know"
        );
    }
    let mut document = "# Rules of law, and the tests that cover them\n\n\
        Made from `docs/law-rules.toml` and the lines `/// Rule: …` above the tests by \
        `CANDOR_UPDATE_DOCUMENTS=1 cargo test --test main law::coverage`. Nothing here is legal advice.\n\n\
        | rule | what it asks for | where it stands | tests |\n|---|---|---|---|\n"
        .to_owned();
    let (covered, bare): (Vec<_>, Vec<_>) = rules
        .rules
        .iter()
        .partition(|(id, ..)| tests.contains_key(id));
    for (id, cite, says) in covered {
        writeln!(
            document,
            "| {id} | {says} | {cite} | {} |",
            tests[id].join("<br>")
        )
        .unwrap();
    }
    if bare.is_empty() {
        return document + "\nEach rule has a test.\n";
    }
    document += "\n## Not yet covered by a test\n\n| rule | what it asks for | where it stands |\n|---|---|---|\n";
    for (id, cite, says) in bare {
        writeln!(document, "| {id} | {says} | {cite} |").unwrap();
    }
    document
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
fn is_asked_to_write() -> bool {
    std::env::var("CANDOR_UPDATE_DOCUMENTS").is_ok()
}

#[test]
fn the_coverage_of_the_law_is_that_of_the_tests() {
    let file = root().join("docs/law-coverage.md");
    let expected = document();
    if is_asked_to_write() {
        std::fs::write(file, expected).unwrap();
        return;
    }
    let written = std::fs::read_to_string(file).unwrap();
    assert_eq!(
        written, expected,
        "run CANDOR_UPDATE_DOCUMENTS=1 cargo test --test main law::coverage"
    );
}
