//! Records that are kept for the law alone and that nobody can search: people read of them, staff too.

use candor::accounts::model::Role;

use crate::support::TestApp;

const TITLE: &str = "Sealed tapes of our mail server of 2018";
const CITE: &str = "11 CCR 7024(c)";

/// What is said of each lot.
const SAID: [&str; 5] = [
    TITLE,
    "E-mails of that year between our support staff",
    "How to reach you – in the law: Customer records (B)",
    "sealed by order of the court",
    "until the case is over",
];

/// Rule: K6, 11 CCR 7024(c)(1)-(4).
#[actix_web::test]
async fn what_is_not_searched_is_named_with_what_it_holds_wherever_data_are_given() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let page = maya.get("/data").await.page().text();
    let (report, data) = app.package_of(&maya, &[]).await.read();
    let plan = "/requests/new/deletion/plan?everything=yes";
    let plan = maya.get(plan).await.page().text();
    for words in SAID {
        assert!(page.contains(words), "{words}: {page}");
        assert!(report.contains(words), "{words}: {report}");
    }
    assert!(page.contains(CITE) && report.contains(CITE));
    let lot = &data["not_searched"][0];
    assert_eq!(lot["title"], TITLE);
    assert!(lot["kept_for"].as_str().unwrap().contains("two employers"));
    assert!(plan.contains(TITLE), "a deletion does not reach it: {plan}");
}

/// Rule: K6, 11 CCR 7024(c).
#[actix_web::test]
async fn who_asks_what_is_held_reads_of_it_and_staff_learn_whether_the_law_allows_it() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    for (name, residence) in [("maya.okafor", "us-ca"), ("tomas.reyes", "de")] {
        let person = app.person_in(name, residence).await;
        let form = "/requests/new/access";
        let page = person.get(form).await.page();
        let question = [("question", "What did support note about my call?")];
        let filed = person.submit(&page, form, &question).await;
        let path = filed.location().strip_suffix("/filed").unwrap().to_owned();
        let own = person.get(&path).await.page().text();
        let staffs = sam.get(&format!("/staff{path}")).await.page().text();
        assert!(own.contains(TITLE) && staffs.contains(TITLE), "{own}");
        let is_in_california = residence == "us-ca";
        assert_eq!(own.contains(CITE), is_in_california, "{own}");
        let must_look = "does not let these be left out";
        assert_eq!(staffs.contains(must_look), !is_in_california, "{staffs}");
    }
}

#[actix_web::test]
async fn where_everything_is_searched_nothing_is_said() {
    let app = TestApp::start_declaring(|register| register.set_aside.clear());
    let maya = app.person("maya.okafor").await;
    let page = maya.get("/data").await.page();
    assert!(!page.text().contains("Records that we do not search"));
    let (report, data) = app.package_of(&maya, &[]).await.read();
    assert!(!report.contains("Records that we do not search"));
    assert_eq!(data["not_searched"], serde_json::json!([]));
}
