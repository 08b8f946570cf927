//! A signature as a recipient's server checks it (RFC 6376, 8463), written without the library that signs.

use candor::config::Faults;
use candor::mail::args::MailArgs;
use candor::mail::delivery::Outcome;
use data_encoding::BASE64;
use ed25519_dalek::{Signature, SigningKey};
use sha2::{Digest, Sha256};

use super::Note;
use super::settings::ED25519;
use crate::support::TestApp;

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The headers of a mail, unfolded: name in lower case, value in relaxed form.
fn headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let headers = unfolded
        .split("\r\n")
        .filter_map(|line| line.split_once(':'));
    headers
        .map(|(name, value)| (name.to_lowercase(), one_space(value)))
        .collect()
}

fn relaxed_body(body: &str) -> String {
    let relaxed = body.split("\r\n").map(|line| {
        let indent = if line.starts_with([' ', '\t']) {
            " "
        } else {
            ""
        };
        format!("{indent}{}", one_space(line)).trim_end().to_owned()
    });
    let relaxed: Vec<_> = relaxed.collect();
    format!("{}\r\n", relaxed.join("\r\n").trim_end_matches("\r\n"))
}

fn tag<'a>(signature: &'a str, name: &str) -> &'a str {
    let mut tags = signature.split(';').filter_map(|tag| tag.split_once('='));
    tags.find(|(found, _)| found.trim() == name)
        .unwrap()
        .1
        .trim()
}

/// Whether the signature holds; the test fails if the mail is not signed.
fn holds(mail: &str) -> bool {
    let (head, body) = mail.split_once("\r\n\r\n").unwrap();
    let headers = headers(head);
    let value = |name: &str| &headers.iter().find(|(found, _)| found == name).unwrap().1;
    let signature = value("dkim-signature");
    let body_hash = BASE64.encode(&Sha256::digest(relaxed_body(body)));
    let names = tag(signature, "h").split(':').map(str::trim);
    let mut signed: Vec<_> = names
        .map(|name| format!("{name}:{}", value(&name.to_lowercase())))
        .collect();
    let made = tag(signature, "b");
    let without = &signature[..signature.find("; b=").unwrap() + 4];
    signed.push(format!("dkim-signature:{without}"));
    let made = BASE64.decode(made.replace(' ', "").as_bytes()).unwrap();
    let key: String = ED25519
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let key = &BASE64.decode(key.as_bytes()).unwrap()[16..];
    let key = SigningKey::from_bytes(key.try_into().unwrap()).verifying_key();
    let made = Signature::from_slice(&made).unwrap();
    let is_signed = key
        .verify_strict(&Sha256::digest(signed.join("\r\n")), &made)
        .is_ok();
    is_signed && tag(signature, "bh").replace(' ', "") == body_hash
}

#[actix_web::test]
async fn mails_carry_a_signature_that_breaks_with_any_change() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("dkim.pem");
    std::fs::write(&key, ED25519).unwrap();
    let mails = folder.path().join("mails");
    std::fs::create_dir(&mails).unwrap();
    let args = MailArgs {
        mail: Some(format!("folder:{}", mails.display())),
        dkim_key_file: Some(key),
        dkim_selector: "candor".to_owned(),
        ..MailArgs::default()
    };
    let settings = args.check(&mut Faults::default()).unwrap();
    let transport = settings.transport(&app.app.site).unwrap();
    app.enqueue_mail("ada@example.org", Note).await;
    assert_eq!(app.deliver_by(&transport).await, [Outcome::Sent]);

    let file = std::fs::read_dir(&mails).unwrap().next().unwrap().unwrap();
    let mail = std::fs::read_to_string(file.path()).unwrap();
    assert!(holds(&mail), "{mail}");
    assert!(!holds(&mail.replace("To: ada@", "To: eve@")));
    assert!(!holds(&mail.replace("auto-generated", "no")));
    assert!(!holds(&mail.replace("Ende", "Anfang")));
}
