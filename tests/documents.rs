//! What is written beside the program says what the program does.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use candor::cli::Cli;
use clap::CommandFactory;
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::Sha256;

const BEGIN: &str = "<!-- settings:";
const END: &str = "<!-- end of settings -->";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// The settings of `candor serve` as a table: flag, variable, meaning, default.
fn settings() -> String {
    let cli = Cli::command();
    let serve = cli.find_subcommand("serve").unwrap();
    let mut table = "| flag | variable | what it is | default |\n|---|---|---|---|\n".to_owned();
    for arg in serve.get_arguments() {
        let (Some(flag), Some(help)) = (arg.get_long(), arg.get_help()) else {
            continue;
        };
        let names = arg.get_value_names();
        let value = names.and_then(|names| names.first());
        let value = value.filter(|_| arg.get_action().takes_values());
        let value = value.map(|name| format!(" {name}")).unwrap_or_default();
        let variable = arg
            .get_env()
            .map(|name| format!("`{}`", name.display()))
            .unwrap_or_default();
        let defaults: Vec<_> = arg
            .get_default_values()
            .iter()
            .map(|it| format!("`{}`", it.display()))
            .collect();
        writeln!(
            table,
            "| `--{flag}{value}` | {variable} | {help} | {} |",
            defaults.join(" ")
        )
        .unwrap();
    }
    table
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
fn is_asked_to_write() -> bool {
    std::env::var("CANDOR_UPDATE_DOCUMENTS").is_ok()
}

#[test]
fn the_settings_in_the_readme_are_those_of_the_program() {
    let readme = read("README.md");
    let begin = readme.find(BEGIN).unwrap();
    let start = begin + readme[begin..].find('\n').unwrap() + 1;
    let end = readme.find(END).unwrap();
    let expected = format!("\n{}\n", settings());
    if is_asked_to_write() {
        let written = format!("{}{expected}{}", &readme[..start], &readme[end..]);
        std::fs::write(root().join("README.md"), written).unwrap();
        return;
    }
    assert_eq!(
        &readme[start..end],
        expected,
        "run CANDOR_UPDATE_DOCUMENTS=1 cargo test documents::"
    );
}

#[test]
fn the_links_of_the_documents_lead_somewhere() {
    for document in ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = read(document);
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let is_here = !link.starts_with("http") && !link.starts_with('#');
            assert!(!is_here || root().join(link).exists(), "{document}: {link}");
        }
    }
}

#[test]
fn the_map_in_the_readme_names_every_slice_and_no_other() {
    let readme = read("README.md");
    let map = readme.split("## How it is laid out").nth(1).unwrap();
    let folders = std::fs::read_dir(root().join("src"))
        .unwrap()
        .map(|entry| entry.unwrap());
    let known_parts = ["config", "server", "operations"];
    for entry in folders.filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().into_string().unwrap();
        let named = map.contains(&format!("`src/{name}`"));
        assert!(
            named || known_parts.contains(&name.as_str()),
            "src/{name} is not on the map"
        );
    }
    for named in map.split('`').filter(|part| part.starts_with("src/")) {
        assert!(
            root().join(named).exists(),
            "{named} is on the map and does not exist"
        );
    }
}

#[test]
fn a_slice_never_uses_the_pages_of_another() {
    let files = walkdir::WalkDir::new(root().join("src"))
        .into_iter()
        .map(|entry| entry.unwrap());
    for file in files.filter(|file| file.path().extension().is_some_and(|it| it == "rs")) {
        let path = file.path().strip_prefix(root().join("src")).unwrap();
        if path == Path::new("routes.rs") {
            continue;
        }
        let own = path
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        for line in text
            .lines()
            .filter(|line| line.trim_start().starts_with("use crate::"))
        {
            let uses_pages = line.contains("::pages") || line.contains("_pages");
            let is_own = line.contains(&format!("crate::{own}")) || line.contains("crate::web::");
            assert!(!uses_pages || is_own, "{}: {line}", path.display());
        }
    }
}

#[test]
fn no_file_of_the_source_is_longer_than_400_lines() {
    for folder in ["src", "tests", "benches"] {
        let files = walkdir::WalkDir::new(root().join(folder))
            .into_iter()
            .filter_map(Result::ok);
        for file in files.filter(|file| file.path().extension().is_some_and(|it| it == "rs")) {
            let lines = std::fs::read_to_string(file.path())
                .unwrap()
                .lines()
                .count();
            assert!(lines <= 400, "{}: {lines} lines", file.path().display());
        }
    }
}

/// What is asked of mappings under this folder, as the reader of manifests writes it.
fn keys_of_manifests() -> std::collections::BTreeSet<String> {
    let folder = root().join("src/register/manifest");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().path());
    let texts = files.map(|path| std::fs::read_to_string(path).unwrap());
    let asked = [
        ".text(",
        ".needed_text(",
        ".texts(",
        ".flag(",
        ".number(",
        ".map(",
        ".maps(",
        ".word(",
        ".node(",
        ".date(",
        ".parsed(",
    ];
    let keys = |text: String| {
        let text = text.split_whitespace().collect::<String>();
        let after = asked.iter().flat_map(|it| text.split(it).skip(1));
        let quoted = after.filter_map(|it| it.strip_prefix('"')?.split('"').next());
        quoted.map(str::to_owned).collect::<Vec<_>>()
    };
    texts.flat_map(keys).collect()
}

#[test]
fn every_key_that_manifests_may_have_is_described() {
    let documents = ["docs/register.md", "docs/fideslang.md", "docs/insights.md"]
        .map(read)
        .join("");
    let keys = keys_of_manifests();
    assert!(keys.len() > 60, "{keys:?}");
    // What a program reads of a name is plain: these stand in fideslang's own documents alone.
    let names = [
        "name",
        "description",
        "fides_meta",
        "fidesops_meta",
        "namespace",
    ];
    let open = keys.iter().filter(|key| !names.contains(&key.as_str()));
    let said = |key: &&String| {
        ["`", " ", "{", "."]
            .iter()
            .any(|it| documents.contains(&format!("{it}{key}")))
    };
    let unsaid: Vec<_> = open.filter(|key| !said(key)).collect();
    assert!(unsaid.is_empty(), "{unsaid:?}");
}

#[test]
fn every_word_that_manifests_may_hold_is_described() {
    use candor::register::{NeverDisclose, RecipientRole, SourceKind};
    let register = read("docs/register.md");
    let words = [
        NeverDisclose::ALL
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        RecipientRole::ALL.iter().map(ToString::to_string).collect(),
        SourceKind::ALL.iter().map(ToString::to_string).collect(),
    ];
    for word in words.concat() {
        assert!(register.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn the_example_of_a_hash_is_one_that_we_would_make() {
    let mut cli = Cli::command();
    let token = cli.find_subcommand_mut("token").unwrap();
    let help = token.find_subcommand_mut("identity-key").unwrap();
    let help = help.render_long_help().to_string();
    let words: Vec<_> = help.split_whitespace().collect();
    let digits = |it: &&&str| it.len() == 64 && it.bytes().all(|it| it.is_ascii_hexdigit());
    let [key, hash] = words.iter().filter(digits).collect::<Vec<_>>()[..] else {
        panic!("a key and a hash: {help}");
    };
    let key = HEXLOWER.decode(key.as_bytes()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(b"ada@example.org");
    assert!(words.contains(&"ada@example.org"), "{help}");
    assert_eq!(HEXLOWER.encode(&mac.finalize().into_bytes()), **hash);
}
