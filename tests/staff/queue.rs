use std::slice;

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::{act, file_correction, file_deletion, sample};
use crate::support::{Actor, TestApp};

async fn listed(staff: &Actor, query: &str) -> Vec<String> {
    let page = staff.get(&format!("/staff/requests?{query}")).await.page();
    page.texts("tbody th")
}

#[actix_web::test]
async fn the_queue_filters_by_what_its_address_says() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let correction = file_correction(&person, "Port Ellery").await;
    let deletion = file_deletion(&person).await;
    act(&agent, &correction, "assign", &[("assignee", "me")])
        .await
        .location();

    assert_eq!(
        listed(&agent, "").await,
        [correction.clone(), deletion.clone()]
    );
    assert_eq!(
        listed(&agent, "kind=deletion").await,
        slice::from_ref(&deletion)
    );
    assert_eq!(
        listed(&agent, "assignee=me").await,
        slice::from_ref(&correction)
    );
    assert_eq!(
        listed(&agent, "assignee=nobody").await,
        slice::from_ref(&deletion)
    );
    assert_eq!(
        listed(&agent, "law=us-ca&state=acknowledged").await.len(),
        2
    );
    assert!(listed(&agent, "state=closed").await.is_empty());
    assert!(listed(&agent, "due=late").await.is_empty());
    app.app.clock.advance(chrono::TimeDelta::days(46));
    assert_eq!(listed(&agent, "due=late").await.len(), 2);
}

/// How many are late as the queue counts them, as it lists them, and as the workload of nobody says.
async fn late(staff: &Actor) -> [String; 3] {
    let queue = staff.get("/staff/requests").await.page();
    let counted = queue.texts("dl.stats dd").pop().unwrap();
    let listed = listed(staff, "due=late").await.len().to_string();
    let workload = staff.get("/staff/workload").await.page();
    [counted, listed, workload.texts("tbody td").remove(2)]
}

async fn file_access(person: &Actor) -> String {
    let page = person.get("/requests/new/access").await.page();
    let question = [("question", "What else is there?")];
    let filed = person.submit(&page, "/requests/new/access", &question);
    super::reference_of(&filed.await)
}

/// Rule: C2, 11 CCR 7021(b): a day ends where the person lives, in counts and filters as on the line.
#[actix_web::test]
async fn a_request_is_late_when_the_day_is_over_where_the_person_lives() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    // Due on 9 March, which ends in Berlin an hour before it ends in UTC.
    file_access(&app.person_in("lena", "de").await).await;
    let at = |day: u32, hour: u32, minute: u32| {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let now = app.app.clock.now();
        app.app
            .clock
            .advance(day.and_hms_opt(hour, minute, 0).unwrap() - now);
    };
    at(9, 22, 59);
    assert_eq!(late(&agent).await, ["0", "0", "0"]);
    at(9, 23, 0);
    assert_eq!(late(&agent).await, ["1", "1", "1"]);
    let queue = agent.get("/staff/requests").await.page();
    assert!(queue.text().contains("1 day late"));

    // Due on 26 March, which ends in California seven hours after it ends in UTC.
    at(10, 0, 0);
    let early = listed(&agent, "").await;
    let ada = app.person("ada").await;
    let due = chrono::NaiveDate::from_ymd_opt(2026, 3, 26).unwrap();
    let reference = file_access(&ada).await;
    let own = reference.clone();
    let moved = app.app.db.write(move |conn| {
        use candor::db::schema::requests;
        use diesel::prelude::*;
        // As one that was received on 9 February has them.
        let row = requests::table.filter(requests::reference.eq(own));
        let ends = due.and_hms_opt(0, 0, 0).unwrap() + chrono::TimeDelta::hours(31);
        diesel::update(row)
            .set((requests::due_on.eq(due), requests::late_at.eq(ends)))
            .execute(conn)?;
        Ok(())
    });
    moved.await.unwrap();
    at(27, 6, 59);
    assert_eq!(listed(&agent, "due=late").await, early);
    at(27, 7, 0);
    assert_eq!(late(&agent).await, ["2", "2", "2"]);
    act(&agent, &reference, "assign", &[("assignee", "me")])
        .await
        .location();
    let workload = agent.get("/staff/workload").await.page();
    assert_eq!(
        workload.texts("tbody td"),
        ["1", "1", "1", "1", "1", "1"],
        "of nobody and of sam"
    );
}

#[actix_web::test]
async fn a_filter_of_an_unknown_value_is_refused_beside_its_choices_and_lists_nothing() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    file_access(&app.person("ada").await).await;
    assert_eq!(listed(&agent, "state=open&assignee=nobody").await.len(), 1);
    for name in ["state", "kind", "law", "assignee", "due"] {
        let refused = agent.get(&format!("/staff/requests?{name}=nonsense")).await;
        refused.refuses(name, "Choose one from the list.");
        assert!(refused.texts("tbody tr").is_empty());
        assert!(
            refused
                .text()
                .contains("Nothing is listed until you have chosen")
        );
    }
    let refused = agent.get("/staff/requests?assignee=99999").await;
    assert_eq!(refused.status, 422);
}

/// Rule: A4.UK: what stands still is not late, in counts and filters as on the line.
#[actix_web::test]
async fn a_clock_that_stands_still_is_not_late_until_it_goes_on() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let olive = app.person_in("olive", "gb").await;
    let reference = file_access(&olive).await;
    let ask = [("body", "Which call do you mean?"), ("ask", "true")];
    act(&agent, &reference, "message", &ask).await.location();
    app.app.clock.advance(chrono::TimeDelta::days(60));
    assert_eq!(late(&agent).await, ["0", "0", "0"]);
    assert!(listed(&agent, "due=week").await.is_empty());
    assert_eq!(listed(&agent, "").await, slice::from_ref(&reference));

    let url = format!("/requests/{reference}");
    let page = olive.get(&url).await.page();
    let answer = [("message", "The one of May.")];
    olive
        .submit(&page, &format!("{url}/messages"), &answer)
        .await
        .location();
    assert_eq!(late(&agent).await, ["0", "0", "0"], "the date has moved");
    app.app.clock.advance(chrono::TimeDelta::days(29));
    assert_eq!(late(&agent).await, ["1", "1", "1"]);
    let page = olive.get(&url).await.page();
    olive
        .submit(&page, &format!("{url}/withdraw"), &[])
        .await
        .location();
    assert_eq!(late(&agent).await, ["0", "0", "0"], "what is closed is not");
}

/// Where the search field leads.
async fn find(staff: &Actor, typed: &str) -> String {
    let page = staff.get("/staff/requests").await.page();
    let action = "/staff/requests/search";
    let found = staff.submit(&page, action, &[("q", typed)]).await;
    found.location().to_owned()
}

#[actix_web::test]
async fn a_reference_an_identity_and_a_colleague_are_found_and_parts_of_an_identity_are_not() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    app.staff("Ruth Ferro", Role::Supervisor).await;
    let reference = file_correction(&person, "Port Ellery").await;
    let of_it = format!("/staff/requests/{reference}");
    assert_eq!(find(&agent, &reference.to_lowercase()).await, of_it);
    assert_eq!(find(&agent, &reference.replace('-', " ")).await, of_it);

    let by_person = find(&agent, &SAMPLES[0].email.to_uppercase()).await;
    assert!(by_person.contains("person=") && !by_person.contains('@'));
    let page = agent.get(&by_person).await.page();
    assert_eq!(page.texts("tbody th"), [reference]);
    assert_eq!(find(&agent, "example.org").await, "/staff/requests");

    assert!(
        find(&agent, "ruth")
            .await
            .starts_with("/staff/requests?assignee=")
    );
    let page = agent.get("/staff/requests").await.page();
    assert!(
        !page.text().contains("Nothing was found"),
        "it was told once"
    );
}

#[actix_web::test]
async fn a_request_without_account_is_found_by_the_address_that_it_came_from() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let visitor = app.visitor();
    let form = visitor.get("/request").await.page();
    let fields = [
        ("wants", "deletion"),
        ("email", "newcomer@example.org"),
        ("residence", "us-ca"),
    ];
    visitor.submit(&form, "/request", &fields).await.location();
    let found = find(&agent, "Newcomer@example.org").await;
    assert!(found.starts_with("/staff/requests/PR-"), "{found}");
    assert!(agent.get(&found).await.page().text().contains("Deletion"));
    assert_eq!(find(&agent, "newcomer").await, "/staff/requests");
}

#[actix_web::test]
async fn a_view_is_kept_under_a_name_by_its_owner_alone() {
    let app = TestApp::start();
    let (sam, una) = (
        app.staff("sam", Role::Agent).await,
        app.staff("una", Role::Agent).await,
    );
    let page = sam
        .get("/staff/requests?kind=deletion&due=late")
        .await
        .page();
    let save = [("name", "Late deletions")];
    let saved = sam.submit(&page, "/staff/views", &save).await;
    assert_eq!(saved.location(), "/staff/requests?kind=deletion&due=late");
    let page = sam.get("/staff/requests").await.page();
    let views = page.texts(".views a");
    assert!(views.contains(&"Late deletions".to_owned()));
    sam.submit(&page, "/staff/views", &save).await.location();
    let again = sam.get("/staff/requests").await.page();
    assert!(
        again
            .text()
            .contains("You have a view of that name already")
    );

    let remove = page
        .attributes("form[action$='/remove']", "action")
        .remove(0);
    assert_eq!(una.post(&remove, &[]).await.status, 404);
    sam.submit(&page, &remove, &[]).await.location();
    let page = sam.get("/staff/requests").await.page();
    assert!(
        !page
            .texts(".views a")
            .contains(&"Late deletions".to_owned())
    );
}

#[actix_web::test]
async fn the_workload_counts_open_soon_and_late_requests_of_each_and_of_nobody() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let correction = file_correction(&person, "Port Ellery").await;
    file_deletion(&person).await;
    act(&agent, &correction, "assign", &[("assignee", "me")])
        .await
        .location();
    let page = agent.get("/staff/workload").await.page();
    assert_eq!(page.texts("tbody th"), ["Nobody", "sam"]);
    assert_eq!(page.texts("tbody td"), ["1", "0", "0", "1", "0", "0"]);
    app.app.clock.advance(chrono::TimeDelta::days(46));
    let page = agent.get("/staff/workload").await.page();
    assert_eq!(page.texts("tbody td"), ["1", "1", "1", "1", "1", "1"]);
}

#[actix_web::test]
async fn a_long_queue_is_read_page_by_page_in_the_order_of_due_dates() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let mut filed = Vec::new();
    for number in 0..60 {
        let person = app.person(&format!("person{number}")).await;
        let page = person.get("/requests/new/access").await.page();
        let answer = person
            .submit(
                &page,
                "/requests/new/access",
                &[("question", "What else is there?")],
            )
            .await;
        filed.push(super::reference_of(&answer));
    }
    let first = agent.get("/staff/requests").await.page();
    let next = first.attributes("a[rel=next]", "href").remove(0);
    let second = agent.get(&next).await.page();
    let all: Vec<_> = first
        .texts("tbody th")
        .into_iter()
        .chain(second.texts("tbody th"))
        .collect();
    assert_eq!(all, filed);
    assert!(second.attributes("a[rel=next]", "href").is_empty());
}

/// An event tells the person of it, whichever link leads there.
#[actix_web::test]
async fn whoever_lists_the_requests_of_one_person_is_on_record_by_whatever_link_they_come() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (una, ingrid) = (
        app.staff("una", Role::Supervisor).await,
        app.staff("ingrid", Role::Auditor).await,
    );
    let form = una.get("/staff/holds/new").await.page();
    let hold = [
        ("kind", "legal"),
        ("whom", SAMPLES[0].email),
        ("collection", "activity.search_terms"),
        ("reason", "A court has asked us to keep your searches."),
        ("basis", "Cal. Civ. Code 1798.105(d)(8)"),
    ];
    una.submit(&form, "/staff/holds/new", &hold)
        .await
        .location();

    let holds = ingrid.get("/staff/holds").await.page();
    let mut links = holds.attributes("td a[href*='person=']", "href");
    ingrid.get(&links.remove(0)).await.page();
    let log = person.get("/account/access-log").await.page();
    assert_eq!(
        log.texts("tbody td"),
        [
            "Somebody who checks our work (auditor)",
            "The list of your requests",
            "None"
        ]
    );

    let events = || ingrid.get("/staff/audit?action=person.viewed");
    let before = events().await.texts("tbody tr").len();
    assert!(listed(&una, "").await.is_empty());
    assert!(listed(&una, "person=nobody").await.is_empty());
    assert_eq!(events().await.texts("tbody tr").len(), before);
}
