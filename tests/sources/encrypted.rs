//! Connections that nobody can listen to, and that reach who they are meant for.

use std::{fs, time::Duration};

use candor::sources::{SourceError, open};

use super::own_server::OwnServer;

const WAIT: Duration = Duration::from_secs(5);

fn ping(url: &str) -> Result<(), SourceError> {
    open("crm", url).unwrap().ping(WAIT)
}

#[test]
fn a_connection_is_encrypted_with_whoever_the_named_authority_vouches_for_and_with_nobody_else() {
    for server in OwnServer::all_encrypted("127.0.0.1") {
        let kind = server.kind;
        let url = server.database_url();
        let vouched = format!(
            "{url}?sslmode=require&sslrootcert={}",
            server.authority().display()
        );
        assert_eq!(ping(&vouched), Ok(()), "{kind:?}");
        let unknown = ping(&format!("{url}?sslmode=require")).unwrap_err();
        assert!(unknown.is_temporary(), "{kind:?}: {unknown}");
        let elsewhere = vouched.replace("@127.0.0.1:", "@localhost:");
        assert!(
            ping(&elsewhere).is_err(),
            "{kind:?}: it is for another name"
        );
    }
}

#[test]
fn nothing_goes_in_clear_to_a_server_that_cannot_encrypt() {
    for server in OwnServer::all() {
        let url = server.database_url();
        assert_eq!(ping(&url), Ok(()));
        assert!(
            ping(&format!("{url}?sslmode=require")).is_err(),
            "{:?}",
            server.kind
        );
    }
}

#[test]
fn wrong_words_about_encryption_are_refused_with_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "nothing").unwrap();
    let empty = format!("sslrootcert={}", empty.display());
    for (words, sentence) in [
        (
            "sslmode=maybe",
            "sslmode may be disable, require or verify-full",
        ),
        (empty.as_str(), "holds no certificate in PEM"),
        (
            "sslrootcert=/nowhere/ca.pem",
            "/nowhere/ca.pem of sslrootcert cannot be read",
        ),
    ] {
        let url = format!("postgres://candor:hunter2@db.example.org/crm?connect_timeout=5&{words}");
        let fault = open("crm", &url).err().unwrap();
        assert!(
            fault.contains(sentence) && !fault.contains("hunter2"),
            "{fault}"
        );
    }
}
