//! How texts are written, whoever reads them.

use std::fs;
use std::path::{Path, PathBuf};

use candor::web::words;

fn texts_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts_under(&path, found);
        } else if path.extension().is_some_and(|it| it != "png") {
            found.push(path);
        }
    }
}

/// "11 CCR 7100", as the law's own register has it.
#[test]
fn californias_regulations_are_cited_in_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in ["src", "templates", "docs", "demo", "tests"] {
        texts_under(&root.join(folder), &mut all);
    }
    assert!(all.len() > 500, "they are read");
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        let mut after = text.split('§').skip(1);
        let is_another_style =
            |it: &str| it.starts_with(|sign: char| sign.is_ascii_digit()) || it.starts_with(" 7");
        assert!(!after.any(is_another_style), "{}", path.display());
    }
}

#[test]
fn a_number_of_many_digits_is_read_in_groups_of_three() {
    let said = [0, 999, 1_000, 14_116, 1_234_567, -1_000].map(words::number);
    assert_eq!(said, ["0", "999", "1,000", "14,116", "1,234,567", "-1,000"]);
}

/// The library is compiled for what uses it alone, so that what stands in it as a test would never run.
#[test]
fn no_test_stands_in_the_library() {
    let mut all = Vec::new();
    texts_under(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    for path in all {
        let text = fs::read_to_string(&path).unwrap();
        for sign in ["#[test]", "::test]", "cfg(test)"] {
            assert!(!text.contains(sign), "{sign} in {}", path.display());
        }
        let marks = text
            .lines()
            .map(|it| it.trim_start_matches(['/', '!', ' ']));
        let mut begins = marks.filter(|it| it.starts_with("```")).step_by(2);
        let is_example = |it: &str| it == "```" || it.starts_with("```rust");
        assert!(!begins.any(is_example), "an example in {}", path.display());
    }
}
