//! Settings that come by variables of the environment.

use std::process::Command;

use crate::config::{SECRET, said};

/// What `candor-as` hands to a command, whose place `printenv` takes, of the settings in a file.
fn handed_over(settings: &str, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("candor.env");
    std::fs::write(&file, settings).unwrap();
    let script = include_str!("../deploy/candor-as")
        .replace("/etc/candor/candor.env", file.to_str().unwrap())
        .replace("/var/lib/candor", folder.path().to_str().unwrap())
        .replace("$(id -un)", "candor")
        .replace("/usr/local/bin/candor", "printenv");
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", &script, "candor-as", name]);
    let output = output.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

#[test]
fn the_settings_of_the_services_reach_a_command_as_they_are_written() {
    let settings = "# A comment\n\n\
        CANDOR_SOURCES=crm=postgres://candor@db.example.org/crm?pool=8&read_only=yes\n\
        CANDOR_SMTP_PASSWORD='a $HOME; b'\n\
        CANDOR_MAIL_FROM=\"Example Priv$cy <privacy@example.org>\"\n\
        CANDOR_BIND=127.0.0.1:8080";
    for (name, value) in [
        (
            "CANDOR_SOURCES",
            "crm=postgres://candor@db.example.org/crm?pool=8&read_only=yes",
        ),
        ("CANDOR_SMTP_PASSWORD", "a $HOME; b"),
        ("CANDOR_MAIL_FROM", "Example Priv$cy <privacy@example.org>"),
        ("CANDOR_BIND", "127.0.0.1:8080"),
    ] {
        assert_eq!(handed_over(settings, name), value);
    }
}

/// The settings in force as `candor config` shows them, with these variables.
fn shown_with(variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    let register = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register");
    command.env_clear().envs(variables.iter().copied());
    command.args(["config", "--secret-key", SECRET, "--register", register]);
    said(&command.args(arguments).output().unwrap())
}

#[test]
fn the_command_line_has_the_say_over_a_file_that_a_variable_names() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("address");
    std::fs::write(&file, "sqlite://production.db").unwrap();
    let file = file.to_str().unwrap();
    let in_file = ("CANDOR_DATABASE_URL_FILE", file);
    let restored = ["--database-url", "sqlite://restored.db"];
    let shown = shown_with(&[in_file], &restored);
    assert!(shown.contains("sqlite://restored.db"), "{shown}");
    assert!(!shown.contains(file), "{shown}");
    assert!(shown.contains("can be used"), "{shown}");

    let both = shown_with(
        &[in_file, ("CANDOR_DATABASE_URL", "sqlite://other.db")],
        &[],
    );
    assert!(both.contains("the address is given twice"), "{both}");
    let neither = shown_with(&[], &[]);
    assert!(neither.contains("sqlite://candor.db"), "{neither}");
}

#[test]
fn an_empty_variable_counts_as_not_set_and_a_mistyped_one_is_told() {
    let variables = [
        ("CANDOR_SMTP_PASSWORD_FILE", ""),
        ("CANDOR_DATABASE_URL", ""),
        ("CANDOR_BASE_URLL", "https://privacy.example.org"),
    ];
    let shown = shown_with(&variables, &[]);
    assert!(shown.contains("can be used"), "{shown}");
    assert!(shown.contains("CANDOR_BASE_URLL"), "{shown}");
    assert!(!shown.contains("CANDOR_SMTP_PASSWORD_FILE"), "{shown}");
}
