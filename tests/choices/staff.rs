use candor::accounts::model::Role;
use candor::choices::{MadeBy, refusables};
use candor::db::schema::causes;
use diesel::prelude::*;

use super::all_changes;
use crate::support::TestApp;

/// Rule: I4, 11 CCR 7060(b).
#[actix_web::test]
async fn staff_opt_somebody_out_on_their_word_with_a_mail_and_no_questions() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let queue = sam.get("/staff/requests").await.page();
    assert_eq!(
        queue
            .attributes("main a[href='/staff/opt-outs/new']", "href")
            .len(),
        1
    );
    let page = sam.get("/staff/opt-outs/new").await.page();
    assert_eq!(page.attributes("main input[type=email]", "name"), ["email"]);
    for (address, what) in [
        ("Ada@example.org", "both"),
        ("nora@example.org", "sale-or-sharing"),
    ] {
        let typed = [
            ("email", address),
            ("what", what),
            ("channel", "phone"),
            ("received_on", "2026-02-09"),
        ];
        let done = sam.submit(&page, "/staff/opt-outs/new", &typed).await;
        assert_eq!(done.location(), "/staff/opt-outs/new");
    }
    let changes = all_changes(&app);
    assert_eq!(changes.len(), 3);
    assert!(changes.iter().all(|it| it.made_by == MadeBy::Staff));
    assert!(changes[2].subject.starts_with("email:"));
    let page = ada.get("/choices").await;
    assert!(page.text().contains("by our staff, as you asked"));
    assert_eq!(
        (app.mails_to("ada").len(), app.mails_to("nora").len()),
        (1, 1)
    );
}

#[actix_web::test]
async fn everything_that_can_be_refused_is_turned_off_by_one_entry_and_one_mail() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let ada = app.person_in("ada", "us-ca").await;
    let page = sam.get("/staff/opt-outs/new").await.page();
    let typed = [
        ("email", "ada@example.org"),
        ("what", "all"),
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
    ];
    let done = sam.submit(&page, "/staff/opt-outs/new", &typed).await;
    done.location();
    let page = ada.get("/choices").await.page();
    let on = page.texts("section .tag").into_iter();
    assert_eq!({ on }.filter(|it| it == "On").count(), 0);
    assert_eq!(app.mails_to("ada").len(), 1);
}

#[actix_web::test]
async fn a_mistyped_address_or_nothing_chosen_comes_back_with_a_sentence() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Supervisor).await;
    let answer = sam
        .post(
            "/staff/opt-outs/new",
            &[("email", "ada@"), ("what", "both")],
        )
        .await;
    answer.refuses("email", "Enter an e-mail address");
    let answer = sam
        .post(
            "/staff/opt-outs/new",
            &[("email", "ada@example.org"), ("what", "")],
        )
        .await;
    answer.refuses("what", "Choose what they opt out of.");
    assert!(all_changes(&app).is_empty());
}

/// Rule: C5, 11 CCR 7026(f)(1); C8, 1798.135(c)(4): both count from the day of receipt.
#[actix_web::test]
async fn an_opt_out_that_came_by_letter_counts_from_its_day_and_stands_so_in_the_register() {
    let app = TestApp::start();
    app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let path = "/staff/opt-outs/new";
    let page = sam.get(path).await.page();
    let sent = async |channel, day| {
        let typed = [
            ("email", "ada@example.org"),
            ("what", "sale-or-sharing"),
            ("channel", channel),
            ("received_on", day),
        ];
        sam.post(path, &typed).await
    };
    sent("", "2026-02-04")
        .await
        .refuses("channel", "Choose how it came.");
    sent("letter", "")
        .await
        .refuses("received_on", "Enter the day on which it came.");
    sent("letter", "2026-02-14")
        .await
        .refuses("received_on", "This day is still to come.");
    sent("letter", "2024-02-04")
        .await
        .refuses("received_on", "more than a year ago");
    let nothing = [
        ("email", "ada@example.org"),
        ("what", ""),
        ("channel", ""),
        ("received_on", ""),
    ];
    let named = sam.post(path, &nothing).await;
    let named = named.attributes(".error-summary a", "href");
    let expected = ["#channel", "#received_on", "#what"];
    assert_eq!(named, expected, "in the order of the page");
    assert!(all_changes(&app).is_empty());
    assert!(page.text().contains("On which day did it come?"));

    sent("letter", "2026-02-04").await.location();
    let change = all_changes(&app).remove(0);
    assert_eq!(change.no_solicit_until.unwrap().to_string(), "2027-02-04");
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let register = auditor.get("/staff/register.csv?year=2026").await;
    let line = "2026-02-04,opt-out: sale-or-sharing,,by letter,2026-02-09,in effect at once,";
    assert!(register.text().contains(line), "{}", register.text());
}

/// Rule: C7, 11 CCR 7221: machine decisions and profiling are refused by letter as sale is.
#[actix_web::test]
async fn whatever_has_a_switch_can_be_turned_off_by_letter() {
    let app = TestApp::start();
    app.person("ada").await;
    let sam = app.staff("sam", Role::Agent).await;
    let path = "/staff/opt-outs/new";
    let page = sam.get(path).await.page();
    let offered = page.attributes("input[name=what]", "value");
    let switches = refusables(&app.app.register);
    let keys: Vec<_> = switches.iter().map(|it| it.key).collect();
    assert_eq!(offered[..2], ["both", "all"]);
    assert_eq!(offered[2..], keys);
    let other = keys.last().unwrap();
    let typed = |what| {
        [
            ("email", "ada@example.org"),
            ("what", what),
            ("channel", "letter"),
            ("received_on", "2026-02-04"),
        ]
    };
    let unknown = sam.post(path, &typed("weather")).await;
    unknown.refuses("what", "Choose what they opt out of.");
    sam.submit(&page, path, &typed(other)).await.location();
    let changes = all_changes(&app);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].activity, **other);
}

/// Who calls need not have an e-mail address.
#[actix_web::test]
async fn an_opt_out_by_telephone_holds_for_the_number() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let path = "/staff/opt-outs/new";
    let typed = |email: &'static str, phone: &'static str| {
        [
            ("email", email),
            ("phone", phone),
            ("what", "both"),
            ("channel", "phone"),
            ("received_on", "2026-02-09"),
        ]
    };
    sam.post(path, &typed("", ""))
        .await
        .refuses("email", "or a telephone number");
    let local = sam.post(path, &typed("", "(415) 555-0134")).await;
    local.refuses("phone", "with the code of the country");
    sam.post(path, &typed("", "+1 (415) 555-0134"))
        .await
        .location();
    let changes = all_changes(&app);
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().all(|it| it.subject.starts_with("phone:")));
    let page = sam.get(path).await.page();
    assert!(page.text().contains("No mail was sent"));
    let causes: i64 = app
        .app
        .db
        .read_now(|conn| Ok(causes::table.count().get_result(conn)?))
        .unwrap();
    assert_eq!(causes, 1, "recipients are told of the number");
}

/// Rule: I4, 11 CCR 7060(b); C5, 11 CCR 7026(f)(1).
#[actix_web::test]
async fn who_opts_out_by_a_number_that_only_a_source_knows_has_opted_out_with_their_account() {
    let app = TestApp::start_declaring(|register| {
        let datasets = register.datasets.iter_mut();
        let collections = datasets.flat_map(|it| &mut it.collections);
        let mut archived = collections.filter(|it| it.name == "archived_accounts");
        let fields = &mut archived.next().unwrap().fields;
        let phone = fields.iter_mut().find(|it| it.name == "phone").unwrap();
        phone.identity = Some("phone_number".to_owned());
    });
    let source = app.source.connect();
    let of_maya = "UPDATE archived_accounts SET phone = '+15105550145' WHERE email LIKE 'maya.%'";
    source.execute_batch(of_maya).unwrap();
    let maya = app.person("maya.okafor").await;
    let daniel = app.person("daniel.reyes").await;
    let sam = app.staff("sam", Role::Agent).await;
    let typed = [
        ("phone", "+1 510 555 0145"),
        ("what", "sale-or-sharing"),
        ("channel", "phone"),
        ("received_on", "2026-02-09"),
    ];
    sam.post("/staff/opt-outs/new", &typed).await.location();
    let page = maya.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert!(page.text().contains("by our staff, as you asked"));
    let page = daniel.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["On"]);
    let page = sam.get("/staff/opt-outs/new").await.page();
    assert!(!page.text().contains("maya"), "staff learn no address");
}
