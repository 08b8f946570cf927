use std::path::{Path, PathBuf};
use std::process::Output;

use candor::accounts::model::IdentityKind;
use candor::accounts::queries::identity_hash;
use candor::audit::receipts::ReceiptFile;
use candor::choices::Subject;
use candor::db::schema::{causes, choices, events, kept_handles};
use candor::register::Register;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;

use crate::drp::Agent;
use crate::support::TestApp;

const NOTHING: [(&str, &str); 0] = [];

const OURS: [u8; 32] = [7; 32];
const THEIRS: [u8; 32] = [9; 32];

fn public_key(secret: [u8; 32]) -> String {
    candor::keys::Keys::new(secret).public_key()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Ada has an account, Nora gave her address in the form, and somebody's browser opted out.
async fn seller() -> TestApp {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    ada.post("/choices/analytics/opt-out", &NOTHING).await;
    ada.post("/choices/analytics/opt-in", &[("confirmed", "yes")])
        .await;
    let email = [("email", "nora@example.org"), ("only", "sale-or-sharing")];
    app.visitor().post("/do-not-sell", &email).await;
    app.visitor().post("/do-not-sell", &NOTHING).await;
    app
}

/// Hands over under the keys of the portal with that secret; gives the file.
fn hand_over(app: &TestApp, folder: &Path, buyer: &TestApp) -> PathBuf {
    hand_over_saying(app, folder, buyer).0
}

/// The same, with what is said.
fn hand_over_saying(app: &TestApp, folder: &Path, buyer: &TestApp) -> (PathBuf, String) {
    let keys = buyer.command_under(THEIRS, &["token", "identity-key"]);
    let keys = String::from_utf8(keys.stdout).unwrap();
    let keys: Vec<_> = keys.lines().filter(|it| it.contains(' ')).collect();
    let (key_file, file) = (folder.join("keys"), folder.join("opt-outs.jsonl"));
    std::fs::write(&key_file, keys.join("\n")).unwrap();
    let given = app.command_under(
        OURS,
        &[
            "choices",
            "hand-over",
            "--to",
            "Acme",
            "--identity-keys",
            &key_file.display().to_string(),
            &file.display().to_string(),
        ],
    );
    assert!(given.status.success(), "{}", said(&given));
    let said = said(&given);
    (file, said)
}

fn state_of(app: &TestApp, subject: &str, activity: &str) -> Vec<(String, String)> {
    let found = app.app.db.read_now(|conn| {
        let all = choices::table
            .filter(choices::subject.eq(subject))
            .filter(choices::activity.eq(activity))
            .order(choices::number)
            .select((choices::state, choices::made_by));
        Ok(all.load(conn)?)
    });
    found.unwrap()
}

/// Rule: O7, AB 1824.
#[actix_web::test]
async fn every_opt_out_is_handed_over_in_one_signed_file_that_names_nobody() {
    let (app, buyer) = (seller().await, TestApp::start());
    let folder = tempfile::tempdir().unwrap();
    let file = hand_over(&app, folder.path(), &buyer);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(!text.contains("ada@") && !text.contains("nora@"));
    let lines: Vec<_> = text.lines().collect();
    // The head; Ada's and Nora's, once each; the receipt. What Ada allows again is none.
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(text.matches("\"key\":\"agreed\"").count(), 2);
    let path = file.display().to_string();
    let whole = app.command_under(OURS, &["choices", "verify-hand-over", &path]);
    assert!(
        said(&whole).contains("The file is whole: 2 opt-outs, handed over by ProJobSector to Acme"),
        "{}",
        said(&whole)
    );

    let receipt: ReceiptFile = serde_json::from_str(lines[3]).unwrap();
    let id = receipt.content().unwrap().receipt;
    let recorded: i64 = app
        .app
        .db
        .read_now(|conn| {
            let own = events::table.filter(events::action.eq("choices.handed_over"));
            Ok(own.filter(events::object.eq(id)).count().get_result(conn)?)
        })
        .unwrap();
    assert_eq!(recorded, 1);
    let again = app.command_under(OURS, &["choices", "hand-over", "--to", "Acme", &path]);
    assert_eq!(again.status.code(), Some(2), "it is there already");
}

/// What somebody chose before they had an account is in their account since.
#[actix_web::test]
async fn who_got_an_account_since_is_handed_over_as_the_account_stands() {
    let (app, buyer) = (seller().await, TestApp::start());
    let folder = tempfile::tempdir().unwrap();
    let nora = app.visitor();
    app.sign_in_by_mail(&nora, "nora@example.org").await;
    let text = std::fs::read_to_string(hand_over(&app, folder.path(), &buyer)).unwrap();
    assert_eq!(
        text.lines().count(),
        4,
        "Ada's and Nora's, once each: {text}"
    );

    app.app.clock.advance(TimeDelta::minutes(1));
    let allowed = [("confirmed", "yes")];
    nora.post("/choices/sale-or-sharing/opt-in", &allowed).await;
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(hand_over(&app, folder.path(), &buyer)).unwrap();
    assert_eq!(text.lines().count(), 3, "Ada's alone: {text}");
    let own = folder.path().join("under-our-keys");
    let path = own.display().to_string();
    app.command_under(OURS, &["choices", "hand-over", "--to", "Acme", &path]);
    let text = std::fs::read_to_string(own).unwrap();
    assert_eq!(text.lines().count(), 3, "Ada's alone: {text}");
}

#[actix_web::test]
async fn a_file_that_was_changed_cut_or_signed_by_another_is_refused_whole() {
    let (app, buyer) = (seller().await, TestApp::start());
    let folder = tempfile::tempdir().unwrap();
    let file = hand_over(&app, folder.path(), &buyer);
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let changed = [
        text.replacen("sale-or-sharing", "analytics", 1),
        text.replace("\"to\":\"Acme\"", "\"to\":\"Umbra\""),
        lines[..3].join("\n") + "\n",
        lines[..3].join("\n"),
        [lines[0], lines[3]].join("\n") + "\n",
        String::new(),
    ];
    let other = folder.path().join("changed");
    for text in changed {
        std::fs::write(&other, &text).unwrap();
        let path = other.display().to_string();
        let taken = ["choices", "take-over", &path, "--key", &public_key(OURS)];
        assert_eq!(
            buyer.command_under(THEIRS, &taken).status.code(),
            Some(2),
            "{text}"
        );
    }
    let path = file.display().to_string();
    let taken = ["choices", "take-over", &path, "--key", &public_key(THEIRS)];
    assert_eq!(buyer.command_under(THEIRS, &taken).status.code(), Some(2));
    let count = |conn: &mut candor::db::AnyConnection| {
        Ok(choices::table.count().get_result::<i64>(conn)?)
    };
    assert_eq!(buyer.app.db.read_now(count).unwrap(), 0);
}

/// Rule: O7, AB 1824.
#[actix_web::test]
async fn what_is_taken_over_turns_off_and_leaves_what_was_allowed_later_and_may_be_repeated() {
    let app = seller().await;
    // This portal takes over from itself, under its own keys: the subjects are the same.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("opt-outs.jsonl").display().to_string();
    let given = app.command_under(OURS, &["choices", "hand-over", "--to", "Acme", &path]);
    assert!(given.status.success(), "{}", said(&given));
    let key = public_key(OURS);

    let buyer = TestApp::start();
    let ada = buyer.person("ada").await;
    let take = |more: &[&str]| {
        let arguments = [&["choices", "take-over", &path, "--key", &key], more].concat();
        buyer.command_under(OURS, &arguments)
    };
    let left = take(&[]);
    assert_eq!(left.status.code(), Some(1), "{}", said(&left));
    assert!(said(&left).contains("2 name people by keys of the other portal"));

    let taken = take(&["--same-keys"]);
    assert!(
        said(&taken).contains("2 opt-outs taken over, 0 held already"),
        "{}",
        said(&taken)
    );
    let off = ("opted-out".to_owned(), "handed-over".to_owned());
    assert_eq!(
        state_of(&buyer, "person:1", "sale-or-sharing"),
        std::slice::from_ref(&off)
    );
    let page = ada.get("/choices").await.page();
    assert!(
        page.text()
            .contains("by what you chose with a company that is part of us now")
    );
    let again = take(&["--same-keys"]);
    assert!(
        said(&again).contains("0 opt-outs taken over, 2 held already"),
        "{}",
        said(&again)
    );

    // Nora comes here for the first time, and her opt-out is there.
    let nora = buyer.visitor();
    buyer.sign_in_by_mail(&nora, "nora@example.org").await;
    let states = state_of(&buyer, "person:2", "sale-or-sharing");
    assert_eq!(states, [("opted-out".to_owned(), "earlier".to_owned())]);

    ada.post("/choices/sale-or-sharing/opt-in", &[("confirmed", "yes")])
        .await;
    let later = take(&["--same-keys"]);
    assert!(
        said(&later).contains("1 left because the person has allowed it here since"),
        "{}",
        said(&later)
    );
    assert_eq!(
        state_of(&buyer, "person:1", "sale-or-sharing")
            .last()
            .unwrap()
            .0,
        "opted-in"
    );
}

#[actix_web::test]
async fn under_agreed_keys_the_other_company_finds_its_own_people() {
    let (app, buyer) = (seller().await, TestApp::start_with_secret(THEIRS));
    buyer.person("ada").await;
    let folder = tempfile::tempdir().unwrap();
    let file = hand_over(&app, folder.path(), &buyer);
    let path = file.display().to_string();
    let taken = ["choices", "take-over", &path, "--key", &public_key(OURS)];
    let taken = buyer.command_under(THEIRS, &taken);
    assert!(
        said(&taken).contains("2 opt-outs taken over"),
        "{}",
        said(&taken)
    );
    let nothing_left = !said(&taken).contains("could not be taken");
    assert!(nothing_left && taken.status.success(), "{}", said(&taken));
    assert_eq!(state_of(&buyer, "person:1", "sale-or-sharing").len(), 1);
}

/// Of what was taken over once, nothing but hashes is kept.
#[actix_web::test]
async fn of_whom_nothing_but_a_hash_is_kept_it_is_said_how_many_and_what_can_be_done() {
    let (app, buyer, third) = (
        seller().await,
        TestApp::start(),
        TestApp::start_with_secret(THEIRS),
    );
    buyer.person("ada").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("first.jsonl").display().to_string();
    app.command_under(OURS, &["choices", "hand-over", "--to", "Acme", &path]);
    let key = public_key(OURS);
    let taken = ["choices", "take-over", &path, "--key", &key, "--same-keys"];
    assert!(buyer.command_under(OURS, &taken).status.success());

    let (file, told) = hand_over_saying(&buyer, folder.path(), &third);
    assert!(
        told.contains("1 of them name people by this portal's own keys (1 by e-mail address)"),
        "{told}"
    );
    assert!(
        told.contains("token identity-key") && told.contains("--same-keys"),
        "{told}"
    );

    let path = file.display().to_string();
    let taken = third.command_under(THEIRS, &["choices", "take-over", &path, "--key", &key]);
    let told = said(&taken);
    assert_eq!(taken.status.code(), Some(1), "{told}");
    assert!(told.contains("1 opt-outs taken over"), "{told}");
    assert!(
        told.contains("handing over again changes nothing"),
        "{told}"
    );
    assert!(!told.contains("Have it hand over under yours"), "{told}");
}

const NUMBER: &str = "+14155550134";

/// Nobody gets data by sale or sharing, so that nobody has to be told of an opt-out from it.
fn without_buyers(register: &mut Register) {
    let sold = register.activities.iter().filter(|it| it.sale_or_sharing);
    let sold: Vec<_> = sold.map(|it| it.key.clone()).collect();
    for recipient in &mut register.recipients {
        recipient.activities.retain(|key| !sold.contains(key));
    }
}

/// An agent opts a number out of which no recipient has to be told.
async fn opted_out_unheard() -> TestApp {
    let app = TestApp::start_declaring(without_buyers);
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "sale:opt-out", "phone_number": NUMBER });
    let reply = agent.exercise(&app, &asked).await;
    assert_eq!(reply.json["status"], "fulfilled", "{}", reply.text);
    let told = |conn: &mut _| Ok(causes::table.count().get_result::<i64>(conn)?);
    assert_eq!(app.app.db.read_now(told).unwrap(), 0, "nobody is told");
    app
}

/// What is kept sealed of whom nobody was told of.
fn kept(app: &TestApp) -> Vec<Vec<u8>> {
    let kept = |conn: &mut _| {
        Ok(kept_handles::table
            .select(kept_handles::handle)
            .load(conn)?)
    };
    app.app.db.read_now(kept).unwrap()
}

/// Rule: O7, AB 1824.
#[actix_web::test]
async fn a_number_of_which_nobody_had_to_be_told_is_kept_sealed_and_found_by_the_company_that_takes_over()
 {
    let (app, buyer) = (
        opted_out_unheard().await,
        TestApp::start_with_secret(THEIRS),
    );
    let sealed = kept(&app);
    let digits = NUMBER.trim_start_matches('+').as_bytes();
    let is_open = sealed[0].windows(digits.len()).any(|it| it == digits);
    assert!(sealed.len() == 1 && !is_open, "it is sealed");

    let folder = tempfile::tempdir().unwrap();
    let (file, told) = hand_over_saying(&app, folder.path(), &buyer);
    assert!(!told.contains("by this portal's own keys"), "{told}");
    let path = file.display().to_string();
    let taken = ["choices", "take-over", &path, "--key", &public_key(OURS)];
    let taken = buyer.command_under(THEIRS, &taken);
    assert!(
        said(&taken).contains("1 opt-outs taken over"),
        "{}",
        said(&taken)
    );
    let hash = identity_hash(&buyer.app.keys, IdentityKind::Phone, NUMBER);
    let theirs = Subject::Identity(IdentityKind::Phone, hash).to_string();
    let states = state_of(&buyer, &theirs, "sale-or-sharing");
    assert_eq!(states, [("opted-out".to_owned(), "handed-over".to_owned())]);
}

/// What was typed before such numbers were kept is not known any more.
#[actix_web::test]
async fn of_a_number_that_was_not_kept_it_is_said_that_nothing_but_a_hash_is_there() {
    let (app, buyer) = (opted_out_unheard().await, TestApp::start());
    let forget = |conn: &mut _| Ok(diesel::delete(kept_handles::table).execute(conn)?);
    app.app.db.write(forget).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (_, told) = hand_over_saying(&app, folder.path(), &buyer);
    assert!(told.contains("(1 by telephone number)"), "{told}");
}

#[actix_web::test]
async fn an_address_of_which_nobody_had_to_be_told_is_kept_until_it_is_known_whose_it_is() {
    let app = TestApp::start_declaring(without_buyers);
    let email = [("email", "nora@example.org"), ("only", "sale-or-sharing")];
    let visitor = app.visitor();
    visitor.post("/do-not-sell", &email).await.location();
    assert_eq!(kept(&app).len(), 1, "the address, and no browser");
    app.sign_in_by_mail(&visitor, "nora@example.org").await;
    assert!(kept(&app).is_empty());
}
