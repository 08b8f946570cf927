//! A recipient by sale that is told by calls while processes are killed.

use std::collections::BTreeSet;
use std::path::Path;

use candor::db::schema::{causes, notices};
use candor::disclosures::model::{Notice, NoticeState};
use diesel::prelude::*;
use serde_json::Value;

use crate::support::TestApp;
use crate::support::recipient::Recipient;

const RECIPIENT: &str = "brightfield-audiences";
const CONTACT: &str = "optout@brightfield-audiences.example.com";

/// The register of the demonstration, in which the recipient is called there.
pub fn write_register(folder: &Path, server: &Recipient) {
    copy_register(folder, |text| text.replace(CONTACT, &url(server)));
}

/// The register of the demonstration, each file of it changed.
pub fn copy_register(folder: &Path, change: impl Fn(&str) -> String) {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/register");
    for file in walkdir::WalkDir::new(&demo) {
        let file = file.unwrap();
        let to = folder.join(file.path().strip_prefix(&demo).unwrap());
        if file.file_type().is_dir() {
            std::fs::create_dir_all(to).unwrap();
            continue;
        }
        let text = std::fs::read_to_string(file.path()).unwrap();
        std::fs::write(to, change(&text)).unwrap();
    }
}

/// Where the recipient is called.
pub fn url(server: &Recipient) -> String {
    format!("{}/notices", server.address)
}

/// Declares that the recipient is called there.
pub fn declare(register: &mut candor::register::Register, server: &Recipient) {
    let mut all = register.recipients.iter_mut();
    let recipient = all.find(|it| it.key == RECIPIENT).unwrap();
    recipient.contact = Some(url(server));
}

/// Every opt-out was told, and what was sent twice was sent under one key.
pub fn check(app: &TestApp, server: &Recipient, opt_outs: usize) {
    let found = app.app.db.read_now(|conn| {
        let all = causes::table
            .filter(causes::kind.eq("opt-out"))
            .filter(causes::object.like("%sale-or-sharing%"));
        let all: i64 = all.count().get_result(conn)?;
        let own = Notice::query().filter(notices::recipient.eq(RECIPIENT));
        Ok((all, own.load(conn)?))
    });
    let (causes, notices): (i64, Vec<Notice>) = found.unwrap();
    assert_eq!(
        usize::try_from(causes).unwrap(),
        opt_outs,
        "opt-outs to be told"
    );
    let open = notices
        .iter()
        .filter(|it| it.state != NoticeState::Acknowledged);
    assert_eq!(open.count(), 0, "notices without an answer");
    let about: BTreeSet<_> = notices.iter().map(|it| it.cause_id).collect();
    assert!(about.len() == notices.len() && about.len() >= opt_outs);

    let kept: BTreeSet<_> = notices.into_iter().map(|it| it.key).collect();
    let sent: BTreeSet<_> = server.sent().iter().map(id_of).collect();
    assert_eq!(sent, kept, "each notice was called, and no other");
}

/// The id in the body, which is the key too.
fn id_of(sent: &crate::support::recipient::Sent) -> String {
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    let id = body["id"].as_str().unwrap();
    assert_eq!(
        sent.header("idempotency-key"),
        Some(id.to_lowercase().as_str())
    );
    id.to_owned()
}
