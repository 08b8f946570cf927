use std::fs;

use candor::config::Faults;
use candor::mail::args::MailArgs;

pub const ED25519: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";

fn settings(mail: &str) -> MailArgs {
    MailArgs {
        mail: Some(mail.to_owned()),
        ..MailArgs::default()
    }
}

/// What is wrong with them, as a reader sees it; empty when they can be used.
fn told(settings: &MailArgs) -> String {
    let mut faults = Faults::default();
    let checked = settings.check(&mut faults);
    if faults.is_empty() {
        assert!(checked.is_some());
        return String::new();
    }
    faults.to_string()
}

#[test]
fn usual_addresses_of_mail_servers_can_be_used() {
    for mail in [
        "smtp://mail.example.org",
        "smtp://mail.example.org:2525?tls=starttls",
        "smtps://mail.example.org",
        "smtp://mail.example.org:465?tls=implicit",
        "smtp://localhost:25?tls=none",
        "smtp://127.0.0.1:1025?tls=none",
        "smtp://[::1]:1025?tls=none",
    ] {
        assert_eq!(told(&settings(mail)), "", "{mail}");
    }
}

#[test]
fn what_is_wrong_with_an_address_is_told_in_words_and_without_its_password() {
    for (mail, words) in [
        ("smtp://mail.example.org?tls=none", "without encryption"),
        ("smtp://10.0.0.5?tls=none", "without encryption"),
        ("smtp://mail.example.org?tls=maybe", "not known"),
        ("smtp://u:hunter2@mail.example.org", "--smtp-user"),
        ("smtp://u:hunter2@:99999", "cannot be read"),
        ("smtp://mail.example.org/inbox", "not the address"),
        ("pigeon://loft", "not known"),
        ("mail.example.org", "smtp://HOST:PORT"),
        ("folder:/nonexistent/folder", "not a folder"),
    ] {
        let told = told(&settings(mail));
        assert!(told.contains("--mail (CANDOR_MAIL)"), "{mail}: {told}");
        assert!(told.contains(words), "{mail}: {told}");
        assert!(!told.contains("hunter2"), "{mail}: {told}");
    }
}

#[test]
fn a_login_needs_both_its_halves_once() {
    let server = settings("smtps://mail.example.org");
    let with_user = MailArgs {
        smtp_user: Some("portal".to_owned()),
        ..server.clone()
    };
    assert!(told(&with_user).contains("a password is missing"));
    let with_password = MailArgs {
        smtp_password: Some("hunter2".to_owned()),
        ..server
    };
    assert!(told(&with_password).contains("no name"));
    let twice = MailArgs {
        smtp_password_file: Some("/nonexistent".into()),
        smtp_user: with_user.smtp_user.clone(),
        ..with_password.clone()
    };
    assert!(told(&twice).contains("given twice"));
    let whole = MailArgs {
        smtp_user: with_user.smtp_user,
        ..with_password
    };
    assert_eq!(told(&whole), "");
}

#[test]
fn all_files_and_the_sender_are_checked_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let nonsense = folder.path().join("nonsense");
    fs::write(&nonsense, "not a key").unwrap();
    let settings = MailArgs {
        mail_from: Some("nobody".to_owned()),
        smtp_ca_file: Some(nonsense.clone()),
        dkim_key_file: Some(nonsense),
        ..settings("smtps://mail.example.org")
    };
    let told = told(&settings);
    for name in ["--mail-from", "--smtp-ca-file", "--dkim-key-file"] {
        assert!(told.contains(name), "{name} is missing in: {told}");
    }
}

#[test]
fn a_key_as_openssl_writes_it_signs_mails() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("dkim.pem");
    fs::write(&key, ED25519).unwrap();
    let settings = MailArgs {
        dkim_key_file: Some(key),
        ..settings("smtps://mail.example.org")
    };
    assert_eq!(told(&settings), "");
}
