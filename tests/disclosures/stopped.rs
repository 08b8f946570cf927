use candor::accounts::model::Role;
use candor::api::model::Scope;
use chrono::TimeDelta;
use serde_json::json;

use super::escalating::told_sue_of;
use super::ledger::{import, line};
use super::{BRIGHTFIELD, NOTHING};
use crate::api::{Program, hash_of};
use crate::support::{Answer, TestApp};

const LIST: &str = "/staff/disclosures";

/// A line of the ledger about a sale, later this February.
fn sold(email: &str, day: u32) -> String {
    line(BRIGHTFIELD, email, 1)
        .replace("2026-01-01", &format!("2026-02-{day:02}"))
        .replace("advertising-audiences", "sale-or-sharing")
}

/// How many there are of each line.
fn counts(page: &Answer) -> Vec<String> {
    let links = page.texts("td[data-label='Disclosures'] a").into_iter();
    let counts = links.map(|it| it.split(" to ").next().unwrap().to_owned());
    counts.collect()
}

/// Today is 9 February 2026.
/// Rule: O6, 11 CCR 7026(f)(2).
#[actix_web::test]
async fn staff_see_what_was_disclosed_after_a_stop_and_supervisors_are_told_once_for_a_recipient() {
    let app = TestApp::start();
    app.staff("sue", Role::Supervisor).await;
    let sam = app.staff("sam", Role::Agent).await;
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let typed = [("email", "guest@example.org")];
    app.visitor().post("/do-not-sell", &typed).await.location();
    app.app.clock.advance(TimeDelta::days(12));

    let lawful = [
        sold("ada@example.org", 8),
        sold("eve@example.org", 12),
        sold("ada@example.org", 12).replace(",consent,", ",legal-obligation,"),
    ];
    assert_eq!(import(&app, &lawful).0, 0);
    assert!(sam.get(LIST).await.page().text().contains("None"));

    let mut wrong: Vec<_> = (10..20).map(|day| sold("ada@example.org", day)).collect();
    wrong.push(sold("guest@example.org", 12));
    wrong.push(sold("ada@example.org", 20).replace(",consent,", ",legitimate-interests,"));
    // No contract makes a sale necessary, and whoever gets data for nothing else gets them for this.
    wrong.push(sold("ada@example.org", 21).replace(",consent,", ",contract,"));
    let nameless = |line: String| line.replace(",sale-or-sharing,,", ",,a list for a campaign,");
    wrong.push(nameless(sold("ada@example.org", 22)));
    assert_eq!(import(&app, &wrong).0, 0);
    assert_eq!(import(&app, &wrong).0, 0, "what is known raises no alarm");
    assert_eq!(counts(&sam.get(LIST).await.page()), ["14"]);

    let mails = told_sue_of(&app, "disclosed_after_stop").await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Brightfield Audiences, recorded on "));
    assert!(mails[0].contains(": 14\n"), "{}", mails[0]);
    assert!(!mails[0].contains("ada"), "it names nobody");
    assert_eq!(import(&app, &[sold("ada@example.org", 23)]).0, 0);
    assert_eq!(told_sue_of(&app, "disclosed_after_stop").await.len(), 1);
    assert_eq!(counts(&sam.get(LIST).await.page()), ["15"]);
}

#[actix_web::test]
async fn what_a_program_tells_of_raises_the_alarm_too_and_stands_line_by_line() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    app.app.clock.advance(TimeDelta::hours(2));
    let program = Program::with_scope(&app, Scope::WriteDisclosures).await;
    let one = |number: usize| {
        json!({
            "key": format!("sale {number:02}"),
            "recipient": BRIGHTFIELD, "identity_type": "email",
            "identity_hash": hash_of(&app, "ada@example.org"),
            "categories": ["user.contact"], "activity": "sale-or-sharing", "legal_basis": "consent",
            "at": app.app.clock.now().and_utc().to_rfc3339(),
        })
    };
    let many = json!({ "disclosures": (0..60).map(one).collect::<Vec<_>>() });
    assert_eq!(
        program.post("/disclosures", &many).await.json["recorded"],
        60
    );
    let page = sam.get(LIST).await.page();
    assert_eq!(counts(&page), ["60"]);
    let link = page.attributes("td[data-label='Disclosures'] a", "href");
    let newest = sam.get(&link[0]).await.page();
    let older = newest.attributes("a[rel=next]", "href").remove(0);
    let older = sam.get(&older).await.page();
    let keys = [newest.texts("tbody th"), older.texts("tbody th")].concat();
    assert_eq!(
        (keys.len(), &*keys[0], &*keys[59]),
        (60, "sale 59", "sale 00")
    );
    assert!(!newest.text().contains("ada"));
    assert_eq!(sam.get("/staff/disclosures/77").await.status, 404);
}

/// Where it takes a consent that they have not given, nobody need have stopped it.
#[actix_web::test]
async fn a_sale_without_the_consent_that_it_takes_raises_the_alarm() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let max = app.person_in("max", "de").await;
    app.person_in("cal", "us-ca").await;
    let legitimate = |line: String| line.replace(",consent,", ",legitimate-interests,");
    let lines = [
        sold("max@example.org", 1),
        legitimate(sold("max@example.org", 2)),
        sold("cal@example.org", 3),
        sold("stranger@example.org", 4),
    ];
    assert_eq!(import(&app, &lines).0, 0);
    assert_eq!(counts(&sam.get(LIST).await.page()), ["2"]);
    let link = max.get("/disclosures").await.page();
    let link = link.attributes("td a[href^='/disclosures/']", "href");
    let said = max.get(&link[0]).await.page().text();
    assert_eq!(said.matches("We have no consent of yours").count(), 2);
}

/// A line about a use that has no switch, later this February.
fn for_security(email: &str, day: u32) -> String {
    sold(email, day)
        .replace("sale-or-sharing", "security")
        .replace(",consent,", ",legitimate-interests,")
        .replace(BRIGHTFIELD, "papercheck")
}

async fn object(person: &crate::support::Actor) -> String {
    let form = "/requests/new/objection";
    let page = person
        .get(&format!("{form}?activity=security"))
        .await
        .page();
    let why = [("activity", "security"), ("why", "I have my reasons.")];
    let filed = person.submit(&page, form, &why).await;
    filed.location().split('/').nth(2).unwrap().to_owned()
}

/// A use that rests or has ended by an objection must not go on, though no choice says so (GDPR Art. 18(1)(d), 21(1)).
#[actix_web::test]
async fn a_disclosure_after_an_objection_raises_the_alarm() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let ada = app.person_in("ada", "de").await;
    let max = app.person_in("max", "de").await;
    let (granted, in_part) = (object(&ada).await, object(&max).await);
    app.app.clock.advance(TimeDelta::days(5));
    let decided = [
        (
            granted,
            vec![("outcome", "approved"), ("reason", "It ends.")],
        ),
        (
            in_part,
            vec![
                ("outcome", "partly_approved"),
                ("ground", "COMPELLING_21_1"),
                (
                    "reason",
                    "We stop the profile. We go on with looking at sign-ins.",
                ),
                ("restricts", "No profile is made."),
            ],
        ),
    ];
    for (reference, fields) in &decided {
        let url = format!("/staff/requests/{reference}");
        let page = sam.get(&url).await.page();
        let done = sam.submit(&page, &format!("{url}/decide"), fields).await;
        done.location();
    }
    let sue = app.staff("sue", Role::Supervisor).await;
    let url = format!("/staff/requests/{}", decided[1].0);
    let page = sue.get(&url).await.page();
    if page.text().contains("Approve") {
        sue.submit(&page, &format!("{url}/approve"), &[]).await;
    }
    app.app.clock.advance(TimeDelta::days(5));
    let lines = [
        // Before, by law, and what goes on of a use that stops in part.
        for_security("ada@example.org", 8),
        for_security("ada@example.org", 11).replace("legitimate-interests", "legal-obligation"),
        for_security("eve@example.org", 11),
        for_security("max@example.org", 17),
        // While it was looked at, and after it was granted, whatever the line names.
        for_security("max@example.org", 11),
        for_security("ada@example.org", 11),
        for_security("ada@example.org", 17),
        for_security("ada@example.org", 18).replace("legitimate-interests", "contract"),
    ];
    let (status, report, said) = import(&app, &lines);
    assert_eq!(status, 0, "{report}{said}");
    assert_eq!(counts(&sam.get(LIST).await.page()), ["4"]);
    let link = ada.get("/disclosures").await.page();
    let link = link.attributes("td a[href^='/disclosures/']", "href");
    let said = ada.get(&link[0]).await.page().text();
    assert_eq!(
        said.matches("You had objected to it before").count(),
        3,
        "{said}"
    );
}
