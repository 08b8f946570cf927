//! The word of a parent takes two.

use candor::accounts::model::Role;
use candor::choices::refusables;
use candor::db::schema::parent_approvals;
use candor::jobs::{Job, enqueue};
use diesel::prelude::*;

use super::{PARENT, WORD, approve_word};
use crate::support::{Actor, TestApp};

async fn child(app: &TestApp) -> Actor {
    let noor = app.person_in("noor", "us-ca").await;
    let born = [("born_on", "2015-03-01")];
    noor.post("/choices/age", &born).await.location();
    noor
}

async fn is_on(noor: &Actor) -> bool {
    let page = noor.get("/choices").await.page();
    page.texts("#sale-or-sharing .tag") == ["On"]
}

/// The page of the entry that was made last.
async fn newest(staff: &Actor) -> String {
    let page = staff.get("/staff/ages").await.page();
    page.attributes("main th a", "href").remove(0)
}

/// Rule: N1, Civ. 1798.120(c); N3, 11 CCR 7070.
#[actix_web::test]
async fn nobody_alone_has_the_data_of_a_child_sold() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let sam = app.staff("sam", Role::Agent).await;
    let mails = app.mails_to("noor").len();
    let entered = ruth.post(PARENT, &WORD).await;
    assert_eq!(entered.location(), "/staff/ages");
    assert!(!is_on(&noor).await);
    assert_eq!(app.mails_to("noor").len(), mails, "nothing has changed");
    let own = noor.get("/choices/age").await.page().text();
    assert!(!own.contains("Your parent or guardian allowed"), "{own}");
    let twice = ruth.post(PARENT, &WORD).await;
    twice.refuses("whom", "waits for a supervisor already");

    let now = app.app.clock.now();
    let remind = move |conn: &mut _| enqueue(conn, &Job::RemindOfWaiting, now);
    app.app.db.write(remind).await.unwrap();
    app.run_jobs().await;
    let told = app.mails_to("vera@staff.example.org").pop().unwrap();
    assert!(told.text.contains("1 word of a parent"), "{}", told.text);
    assert!(told.text.contains("/staff/ages"), "{}", told.text);

    let entry = newest(&vera).await;
    let approve = format!("{entry}/approve");
    let buttons = async |staff: &Actor| {
        let page = staff.get(&entry).await.page();
        assert!(page.text().contains("Waits for a supervisor"));
        page.texts("main form button")
    };
    assert!(buttons(&sam).await.is_empty());
    assert_eq!(buttons(&ruth).await, ["Take it back"]);
    assert_eq!(
        buttons(&vera).await,
        ["Approve, and turn it on", "Refuse it"]
    );
    let alone = ruth.post(&approve, &[]).await;
    assert_eq!(alone.status, 409);
    assert!(alone.text().contains("You entered this"));
    assert!(!is_on(&noor).await);

    approve_word(&vera).await;
    assert!(is_on(&noor).await);
    let mail = app.mails_to("noor").pop().unwrap();
    assert!(mail.text.contains("by your parent or guardian"));
    let own = noor.get("/choices/age").await.page().text();
    assert!(own.contains("Your parent or guardian allowed"), "{own}");
    assert_eq!(app.events("parent.entered", "account"), 1);
    assert_eq!(app.events("parent.allowed", "account"), 1);
    let again = vera.post(&approve, &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.text().contains("settled meanwhile"));
}

/// Rule: N3, 11 CCR 7070; N5, GDPR Art. 8(1).
#[actix_web::test]
async fn whatever_a_parent_allows_is_off_until_a_second_one_has_agreed() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let page = sam.get(PARENT).await.page();
    let keys = page.attributes("input[name=what]", "value");
    for right in ["limit-sensitive", "automated-decisions", "marketing"] {
        assert!(keys.iter().any(|it| it == right), "{keys:?}");
    }
    let all = refusables(&app.app.register).into_iter();
    let used: Vec<_> = all.filter(|it| !it.activities.is_empty()).collect();
    for it in used
        .iter()
        .filter(|it| keys.iter().any(|key| key == it.key))
    {
        let word = [&WORD[..6], &[("what", it.key)]].concat();
        sam.post(PARENT, &word).await.location();
        let tag = async || {
            let page = noor.get("/choices").await.page();
            page.texts(&format!("#{} .tag", it.key))
        };
        assert_eq!(tag().await, ["Off"], "{}", it.key);
        approve_word(&vera).await;
        assert_eq!(tag().await, ["On"], "{}", it.key);
    }
}

#[actix_web::test]
async fn a_word_that_waits_or_is_on_comes_back_as_typed_with_the_way_to_what_waits() {
    let app = TestApp::start();
    child(&app).await;
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    sam.post(PARENT, &WORD).await.location();
    let entry = newest(&sam).await;
    let mut other = WORD;
    other[6].1 = "marketing";
    for word in [WORD, other] {
        let again = sam.post(PARENT, &word).await;
        again.refuses("whom", "waits for a supervisor already");
        assert_eq!(again.attributes(".notice a", "href"), [&*entry]);
        let chosen = again.attributes("input[name=what][checked]", "value");
        assert_eq!(chosen, [word[6].1]);
        assert_eq!(again.attributes("#whom", "value"), [WORD[0].1]);
        assert_eq!(again.texts("#evidence"), [WORD[4].1]);
    }
    approve_word(&vera).await;
    let again = sam.post(PARENT, &WORD).await;
    again.refuses("what", "All of it is on already");
    assert!(again.attributes(".notice a", "href").is_empty());
    assert_eq!(again.texts("#evidence"), [WORD[4].1]);
    assert_eq!(app.events("parent.entered", "account"), 1);
    sam.post(PARENT, &other).await.location();
}

#[actix_web::test]
async fn of_those_who_enter_the_same_word_at_the_same_moment_one_does_and_the_others_are_told() {
    let app = TestApp::start();
    child(&app).await;
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    for round in 0..4 {
        let at_once = [&sam, &vera, &sam, &vera].map(|staff| staff.post(PARENT, &WORD));
        let sent = futures_util::future::join_all(at_once).await;
        let (done, told): (Vec<_>, Vec<_>) = sent.iter().partition(|it| it.status == 303);
        assert_eq!(done.len(), 1);
        for it in told {
            it.refuses("whom", "waits for a supervisor already");
        }
        let kept = app.app.db.read_now(|conn| {
            let all = parent_approvals::table.count();
            Ok(all.get_result::<i64>(conn)?)
        });
        assert_eq!(kept.unwrap(), round + 1);
        let refuse = format!("{}/refuse", newest(&vera).await);
        vera.post(&refuse, &[]).await.location();
    }
}

/// Rule: N1, Civ. 1798.120(c).
#[actix_web::test]
async fn what_a_supervisor_refuses_stays_off_and_can_be_entered_anew() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let vera = app.staff("vera", Role::Supervisor).await;
    let sam = app.staff("sam", Role::Agent).await;
    sam.post(PARENT, &WORD).await.location();
    let entry = newest(&vera).await;
    let refuse = format!("{entry}/refuse");
    vera.post(&refuse, &[]).await.location();
    assert!(!is_on(&noor).await);
    assert_eq!(app.events("parent.refused", "account"), 1);
    let own = noor.get("/choices/age").await.page().text();
    assert!(!own.contains("Your parent or guardian allowed"), "{own}");
    let page = sam.get(&entry).await.page();
    assert!(page.text().contains("Refused"));
    let approve = format!("{entry}/approve");
    assert_eq!(vera.post(&approve, &[]).await.status, 409);

    sam.post(PARENT, &WORD).await.location();
    // It turns out that she decides herself.
    let age = [&WORD[..5], &[("born_on", "2011-05-04")]].concat();
    sam.post("/staff/ages/new", &age).await.location();
    let page = vera.get("/staff/ages").await.page();
    let entry = page.attributes("main th a", "href").remove(1);
    let late = vera.post(&format!("{entry}/approve"), &[]).await;
    assert_eq!((late.status, is_on(&noor).await), (409, false));
    assert!(late.text().contains("not for a parent to decide any more"));
}

#[actix_web::test]
async fn staff_read_of_the_data_of_a_child_as_theirs_and_the_child_as_its_own() {
    let app = TestApp::start();
    let noor = child(&app).await;
    let sam = app.staff("sam", Role::Agent).await;
    let rights = [
        "Sale and sharing of their data",
        "Extra uses of their sensitive data",
        "Decisions about them by machines",
    ];
    let all = [("what", "limit-sensitive"), ("what", "automated-decisions")];
    sam.post(PARENT, &[&WORD[..], &all].concat())
        .await
        .location();
    let entry = newest(&sam).await;
    for path in [PARENT, "/staff/opt-outs/new", &entry] {
        let page = sam.get(path).await.page();
        let said = page.texts(".option label, dl.facts dd").join(". ");
        assert!(!said.contains("your "), "{path}: {said}");
        for right in rights {
            assert!(said.contains(right), "{path}: {said}");
        }
    }
    let form = sam.get(PARENT).await.page().text();
    assert!(form.contains("Showing their profile"), "{form}");
    approve_word(&app.staff("vera", Role::Supervisor).await).await;
    let own = noor.get("/choices/age").await.page().text();
    assert!(own.contains("Sale and sharing of your data"), "{own}");
    noor.post("/choices/sale-or-sharing/opt-out", &[])
        .await
        .location();
    let warned = sam.post(PARENT, &WORD).await;
    warned.refuses("knows", "Sale and sharing of their data");
}
