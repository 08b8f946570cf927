use candor::api::model::Scope;
use candor::db::schema::disclosures;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::BRIGHTFIELD;
use crate::api::{Program, hash_of};
use crate::support::{Answer, TestApp};

const HEAD: &str = "key,recipient,kind,identity_type,identity,identity_hash,categories,activity,purpose,legal_basis,at";

/// Imports these lines below the head; gives the exit status, the report, and what was said.
pub fn import(app: &TestApp, lines: &[String]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("disclosures.csv");
    std::fs::write(&file, format!("{HEAD}\n{}\n", lines.join("\n"))).unwrap();
    let output = app.command(&["disclosures", "import", &file.display().to_string()]);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// Files of some spreadsheets end their lines otherwise: nothing is passed over without a word.
#[actix_web::test]
async fn lines_that_a_carriage_return_alone_parts_are_refused() {
    let app = TestApp::start();
    let line =
        |day| line(BRIGHTFIELD, "ada@example.org", day).replace("advertising-audiences", "service");
    let lines = [line(3), format!("{}\r{}", line(4), line(5))];
    let (status, report, said) = import(&app, &lines);
    assert_ne!(status, 0, "{report}{said}");
    assert!(format!("{report}{said}").contains("a carriage return alone"));
    assert_eq!(count(&app), 1);
}

fn count(app: &TestApp) -> i64 {
    let count =
        |conn: &mut candor::db::AnyConnection| Ok(disclosures::table.count().get_result(conn)?);
    app.app.db.read_now(count).unwrap()
}

pub fn line(recipient: &str, email: &str, day: u32) -> String {
    format!(
        ",{recipient},,email,{email},,user.contact,advertising-audiences,,consent,2026-01-{day:02}"
    )
}

/// Rule: C19, Cal. Civ. Code 1798.83.
#[actix_web::test]
async fn people_read_who_got_their_data_how_often_what_for_and_by_what_right() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/disclosures").await.page();
    assert!(
        page.text()
            .contains("We have not kept a record of single disclosures")
    );

    let key = app.app.register.activities.iter();
    let sale = key.clone().find(|it| it.sale_or_sharing).unwrap();
    let (status, report, said) = import(
        &app,
        &[
            line(BRIGHTFIELD, "Ada@Example.org", 3).replace("advertising-audiences", &sale.key),
            line(BRIGHTFIELD, "ada@example.org", 9).replace("advertising-audiences", &sale.key),
            format!(
                ",County court of Elm,authority,email,,{},user.contact,,An order in a civil case,legal-obligation,2026-02-01T09:30:00+01:00",
                hash_of(&app, "ada@example.org")
            ),
            line(BRIGHTFIELD, "eve@example.org", 4).replace("advertising-audiences", &sale.key),
        ],
    );
    assert_eq!((status, report.as_str()), (0, ""), "{said}");

    let page = ada.get("/disclosures").await.page();
    let text = page.text();
    assert!(text.contains("2 times, from 3 January 2026 to 9 January 2026"));
    assert!(text.contains("County court of Elm") && text.contains("you cannot stop this"));
    let links = page.attributes("td a[href^='/disclosures/']", "href");
    assert_eq!(links.len(), 2);
    let one = ada.get(&links[1]).await.page();
    assert_eq!(one.texts("tbody th"), ["9 January 2026", "3 January 2026"]);
    assert!(one.text().contains(&sale.title));
    let why = |page: &Answer| page.texts("td[data-label='What allows it']");
    assert_eq!(why(&one), ["You had not stopped it"; 2], "not a consent");

    let press = |path| ada.post(path, &[("confirmed", "yes")]);
    press("/choices/sale-or-sharing/opt-out").await;
    app.app.clock.advance(TimeDelta::days(1));
    press("/choices/sale-or-sharing/opt-in").await;
    app.app.clock.advance(TimeDelta::days(2));
    let later = [
        line(BRIGHTFIELD, "ada@example.org", 0).replace("2026-01-00", "2026-02-10"),
        line(BRIGHTFIELD, "ada@example.org", 0).replace("2026-01-00", "2026-02-12"),
    ];
    let later = later.map(|it| it.replace("advertising-audiences", &sale.key));
    assert_eq!(import(&app, &later).0, 0);
    let ada = app.visitor();
    app.sign_in_by_mail(&ada, "ada@example.org").await;
    let one = ada.get(&links[1]).await.page();
    let expected = [
        "You agreed to it",
        "You had stopped it before. Ask us about it.",
        "You had not stopped it",
        "You had not stopped it",
    ];
    assert_eq!(why(&one), expected);

    let eve = app.person("eve").await;
    assert_eq!(eve.get(&links[0]).await.status, 404);
    assert!(
        eve.get("/disclosures")
            .await
            .page()
            .text()
            .contains("Once, on 4 January 2026")
    );
    let nora = app.person("nora").await.get("/disclosures").await.page();
    assert!(
        nora.text()
            .contains("We have recorded no single disclosure of your data.")
    );
}

#[actix_web::test]
async fn a_long_ledger_is_read_page_by_page_and_nothing_comes_twice() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let lines: Vec<_> = (0..60)
        .map(|number| {
            let (name, day) = (format!("Court {:02}", number % 30), number / 3 + 1);
            format!(",{name},authority,email,ada@example.org,,user.contact,,An order,legal-obligation,2026-01-{day:02}")
        })
        .collect();
    assert_eq!(import(&app, &lines).0, 0);
    let first = ada.get("/disclosures").await.page();
    let more = first.attributes("nav[aria-label='Pages of recipients'] a", "href");
    let second = ada.get(more[0].split('#').next().unwrap()).await.page();
    let names = |page: &crate::support::Answer| page.texts("table:last-of-type tbody th");
    let mut courts = [names(&first), names(&second)].concat();
    courts.retain(|it| it.starts_with("Court "));
    assert_eq!(courts.len(), 30);
    courts.sort_unstable();
    courts.dedup();
    assert_eq!(courts.len(), 30, "one comes twice");

    let lines: Vec<_> = (1..=28)
        .map(|day| line(BRIGHTFIELD, "eve@example.org", day))
        .collect();
    let lines: Vec<_> = lines
        .iter()
        .map(|it| it.replace("advertising-audiences", "service"))
        .collect();
    assert_eq!(import(&app, &lines).0, 0);
    let eve = app.person("eve").await;
    let link = eve.get("/disclosures").await.page();
    let link = link
        .attributes("td a[href^='/disclosures/']", "href")
        .remove(0);
    let newest = eve.get(&link).await.page();
    let older = newest.attributes("a[rel=next]", "href").remove(0);
    let older = eve.get(&older).await.page();
    let days = [newest.texts("tbody th"), older.texts("tbody th")].concat();
    assert_eq!(
        (days.len(), &*days[0], &*days[27]),
        (28, "28 January 2026", "1 January 2026")
    );
}

#[actix_web::test]
async fn lines_that_are_wrong_are_told_by_number_and_field_and_a_repeat_doubles_nothing() {
    let app = TestApp::start();
    let good = line(BRIGHTFIELD, "ada@example.org", 3).replace("advertising-audiences", "service");
    let lines = [
        good.clone(),
        line("nobody", "ada@example.org", 3),
        good.replace("ada@example.org", "not-an-address"),
        good.replace("user.contact", "user.nothing"),
        good.replace("2026-01-03", "2027-01-03"),
        good.replace("consent", "because"),
        "too,few".to_owned(),
        good.clone(),
        good.replacen(',', "own-key,", 1),
        good.replacen(',', "own-key,", 1)
            .replace("2026-01-03", "2026-01-04"),
        line("nobody", "ada@example.org", 3),
    ];
    let (status, report, said) = import(&app, &lines);
    assert_eq!(status, 1, "{said}");
    let told: Vec<_> = report
        .lines()
        .map(|line| line.splitn(3, ',').take(2).collect::<Vec<_>>().join(","))
        .collect();
    let expected = [
        "line,field",
        "3,recipient",
        "4,identity",
        "5,categories",
        "6,at",
        "7,legal_basis",
        "8,",
        "11,key",
        "12,recipient",
    ];
    assert_eq!(told, expected);
    assert!(!report.contains("ada@") && !report.contains("not-an-address"));
    assert!(
        said.contains("2 lines recorded, 1 known before, 8 refused."),
        "{said}"
    );
    assert_eq!(count(&app), 2);

    let (_, again, said) = import(&app, &lines);
    assert_eq!(again, report);
    assert!(said.contains("0 lines recorded, 3 known before"), "{said}");
    assert_eq!(count(&app), 2);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bare.csv");
    std::fs::write(&file, "ada@example.org,1\n").unwrap();
    let output = app.command(&["disclosures", "import", &file.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8(output.stderr).unwrap().contains("ada@"));
}

/// A mark that nobody closed must not swallow what follows.
#[actix_web::test]
async fn a_quotation_that_is_not_closed_spoils_its_own_line_alone() {
    let app = TestApp::start();
    let good = |day| {
        line(BRIGHTFIELD, "ada@example.org", day)
            .replace("advertising-audiences", "sale-or-sharing")
    };
    let stray = good(1).replacen(BRIGHTFIELD, "\"stray", 1);
    let over_two = good(3).replacen(",,consent", ",\"first\nsecond\",consent", 1);
    let mut lines = vec![stray, over_two.clone()];
    lines.extend((4..26).map(good));
    let huge = format!("\"{}", "x".repeat(100_000));
    lines.push(huge);
    lines.push(good(28));
    let (status, report, said) = import(&app, &lines);
    assert_eq!(
        report,
        "line,field,reason\n\
         2,,a quotation mark is not closed\n\
         27,,\"it is longer than 16,384 bytes\"\n"
    );
    assert_eq!(status, 1, "{said}");
    assert_eq!(count(&app), 24);
}

#[actix_web::test]
async fn times_that_cannot_be_and_characters_that_nobody_sees_are_refused_with_their_line() {
    let app = TestApp::start();
    let good =
        line(BRIGHTFIELD, "ada@example.org", 3).replace("advertising-audiences", "sale-or-sharing");
    let at = |at: &str| good.replace("2026-01-03", at);
    let lines = [
        at("-262143-01-01"),
        at("-4800-01-01"),
        at("0000-01-01"),
        at("1969-12-31"),
        good.replacen(',', "a\0b,", 1),
        good.clone(),
    ];
    let (status, report, said) = import(&app, &lines);
    assert_eq!(status, 1, "{said}");
    let refused: Vec<_> = report.lines().skip(1).collect();
    assert_eq!(refused.len(), 5, "{report}");
    assert!(
        refused[..4]
            .iter()
            .all(|it| it.contains(",at,it is before 1970"))
    );
    assert!(refused[4].starts_with("6,key,"));
    assert_eq!(count(&app), 1);
}

#[actix_web::test]
async fn a_program_tells_of_disclosures_in_batches_that_may_be_sent_twice() {
    let app = TestApp::start();
    let program = Program::with_scope(&app, Scope::WriteDisclosures).await;
    let one = json!({
        "recipient": BRIGHTFIELD, "identity_type": "email",
        "identity_hash": hash_of(&app, "ada@example.org"),
        "categories": ["user.contact"], "activity": "service", "legal_basis": "contract",
        "at": "2026-02-01T08:00:00Z",
    });
    let mut wrong = one.clone();
    wrong["identity_hash"] = json!("short");
    let both = json!({ "disclosures": [one, wrong] });
    let first = program.post("/disclosures", &both).await.json;
    assert_eq!(
        (&first["recorded"], &first["known"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(first["refused"][0]["index"], 1);
    assert_eq!(first["refused"][0]["field"], "identity_hash");
    let again = program.post("/disclosures", &both).await.json;
    assert_eq!(
        (&again["recorded"], &again["known"]),
        (&json!(0), &json!(1))
    );
    let ada = app.person("ada").await.get("/disclosures").await.page();
    assert!(ada.text().contains("Once, on 1 February 2026"));

    let many = json!({ "disclosures": vec![Value::Null; 1001] });
    assert_eq!(program.post("/disclosures", &many).await.status, 400);
    let reader = Program::of(&app).await;
    assert_eq!(reader.post("/disclosures", &both).await.status, 403);
    assert_eq!(program.get("/changes").await.status, 403);
}

#[actix_web::test]
async fn a_file_that_cannot_be_read_is_told_by_its_name() {
    let app = TestApp::start();
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().display().to_string();
    let output = app.command(&["disclosures", "import", &name]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains(&name), "{told}");
}
