use candor::db::schema::{events, identities, people, sign_in_codes};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{Actor, TestApp};

async fn ask(actor: &Actor, email: &str) -> crate::support::Answer {
    let page = actor.get("/sign-in").await.page();
    actor.submit(&page, "/sign-in", &[("email", email)]).await
}

async fn give(actor: &Actor, code: &str) -> crate::support::Answer {
    let page = actor.get("/sign-in/code").await.page();
    actor
        .submit(&page, "/sign-in/code", &[("code", code)])
        .await
}

fn count_people(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(people::table.count().get_result(conn)?));
    count.unwrap()
}

fn actions(app: &TestApp) -> Vec<String> {
    let actions = app.app.db.read_now(|conn| {
        Ok(events::table
            .order(events::id)
            .select(events::action)
            .load(conn)?)
    });
    actions.unwrap()
}

/// Another code than that one.
fn wrong(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

fn link_in(text: &str) -> String {
    let line = text.lines().find(|line| line.contains("/sign-in/link/"));
    line.expect("a link stands in the mail").to_owned()
}

#[actix_web::test]
async fn whoever_controls_an_address_signs_in_and_is_known_from_then_on() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let entered = app.sign_in_by_mail(&visitor, " Ada@Example.org ").await;
    assert_eq!(entered.location(), "/data");
    let account = visitor.get("/account").await.page();
    assert!(account.text().contains("ada@example.org"));

    let elsewhere = app.visitor();
    app.sign_in_by_mail(&elsewhere, "ada@example.org").await;
    assert_eq!(count_people(&app), 1);
    assert_eq!(actions(&app), ["person.signed_in", "person.signed_in"]);
    assert_eq!(
        visitor.get("/sign-in?next=/choices").await.location(),
        "/choices"
    );
}

#[actix_web::test]
async fn one_mail_holds_one_code_and_a_link_and_its_subject_neither() {
    let app = TestApp::start();
    ask(&app.visitor(), "ada@example.org").await;
    let mails = app.mails_to("ada");
    let [mail] = &mails[..] else {
        panic!("{} mails", mails.len())
    };
    let code = app.mailed_code("ada@example.org");
    let words = mail.text.split(|c: char| !c.is_ascii_alphanumeric());
    let codes: Vec<_> = words
        .filter(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()))
        .collect();
    assert_eq!(codes, [&code]);
    assert!(!mail.subject.contains(&code));
    assert!(mail.html.contains(&code));
    assert!(mail.html.contains(&link_in(&mail.text)));
}

#[actix_web::test]
async fn known_and_unknown_addresses_and_staff_get_the_same_answer() {
    let app = TestApp::start();
    app.person("ada").await;
    app.staff("sam", candor::accounts::model::Role::Agent).await;
    let mut pages = Vec::new();
    for email in [
        "ada@example.org",
        "new@example.org",
        "sam@staff.example.org",
    ] {
        let visitor = app.visitor();
        let answer = ask(&visitor, email).await;
        assert_eq!(answer.location(), "/sign-in/code");
        let page = visitor.get("/sign-in/code").await.page();
        pages.push(page.html().replace(email, "…"));
        assert_eq!(app.mails_to(email).len(), 1);
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
}

#[actix_web::test]
async fn something_else_than_an_address_is_refused_beside_the_field() {
    let app = TestApp::start();
    let answer = ask(&app.visitor(), "ada at example").await;
    answer.refuses("email", "Enter an e-mail address");
    assert_eq!(answer.attributes("#email", "value"), ["ada at example"]);
    assert!(answer.texts("title")[0].starts_with("Error:"));
}

#[actix_web::test]
async fn a_code_may_be_typed_with_spaces() {
    let app = TestApp::start();
    let visitor = app.visitor();
    ask(&visitor, "ada@example.org").await;
    let code = app.mailed_code("ada@example.org");
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    assert_eq!(give(&visitor, &spaced).await.location(), "/data");
}

#[actix_web::test]
async fn a_code_works_once_for_ten_minutes_in_the_browser_that_asked() {
    let app = TestApp::start();
    let (visitor, thief) = (app.visitor(), app.visitor());
    ask(&visitor, "ada@example.org").await;
    let code = app.mailed_code("ada@example.org");
    assert_eq!(thief.get("/sign-in/code").await.location(), "/sign-in");
    ask(&thief, "eve@example.org").await;
    give(&thief, &code).await.refuses("code", "not the code");

    app.app.clock.advance(TimeDelta::minutes(10));
    give(&visitor, &code)
        .await
        .refuses("code", "no longer works");
    ask(&visitor, "ada@example.org").await;
    give(&visitor, &code).await.refuses("code", "not the code");
    let newest = app.mailed_code("ada@example.org");
    assert_eq!(give(&visitor, &newest).await.location(), "/data");

    let again = app.visitor();
    ask(&again, "ada@example.org").await;
    give(&again, &newest).await.refuses("code", "not the code");
}

/// A source may have the address as it is typed or as mail servers write it.
#[actix_web::test]
async fn an_address_with_an_international_domain_is_taken() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let source = app.source.connect();
    let changed = source.execute(
        "UPDATE accounts SET email = 'ana@müller.example' WHERE email = 'maya.okafor@example.org'",
        [],
    );
    assert_eq!(changed.unwrap(), 1);
    ask(&visitor, " Ana@Müller.example").await;
    let code = app.mailed_code("ana@xn--mller-kva.example");
    assert_eq!(give(&visitor, &code).await.location(), "/data");
    let account = visitor.get("/data/people/accounts").await.page();
    assert!(account.text().contains("ana@müller.example"));
}

#[actix_web::test]
async fn five_guesses_are_all_that_a_code_allows() {
    let app = TestApp::start();
    let visitor = app.visitor();
    ask(&visitor, "ada@example.org").await;
    let code = app.mailed_code("ada@example.org");
    let guess = wrong(&code);
    give(&visitor, &guess)
        .await
        .refuses("code", "You can try 4 more times.");
    for slip in ["", " - ", "12345", "o12345"] {
        give(&visitor, slip).await.refuses("code", "six digits");
    }
    for _ in 0..2 {
        give(&visitor, &guess).await;
    }
    give(&visitor, &guess)
        .await
        .refuses("code", "You can try once more.");
    give(&visitor, &guess)
        .await
        .refuses("code", "no longer works");
    give(&visitor, &code)
        .await
        .refuses("code", "no longer works");
    assert_eq!(actions(&app), ["sign_in.failed"; 5]);
}

#[actix_web::test]
async fn guesses_that_come_at_once_are_counted_one_by_one() {
    let app = TestApp::start();
    let visitor = app.visitor();
    ask(&visitor, "ada@example.org").await;
    let guess = wrong(&app.mailed_code("ada@example.org"));
    let fields = [("code", guess.as_str())];
    let guesses = (0..15).map(|_| visitor.post("/sign-in/code", &fields));
    futures_util::future::join_all(guesses).await;
    assert_eq!(actions(&app).len(), 5);
}

#[actix_web::test]
async fn the_link_signs_in_where_it_was_asked_for_and_explains_itself_elsewhere() {
    let app = TestApp::start();
    let (visitor, scanner) = (app.visitor(), app.visitor());
    let page = visitor.get("/sign-in?next=/choices/history").await;
    let fields = [("email", "ada@example.org")];
    visitor.submit(&page, "/sign-in", &fields).await;
    let link = link_in(&app.mails_to("ada")[0].text);

    let scanned = scanner.get(&link).await.page();
    assert_eq!(scanned.texts("h1"), ["Almost there"]);
    assert_eq!(
        scanner.get("/account").await.location(),
        "/sign-in?next=%2Faccount"
    );
    assert_eq!(count_people(&app), 0);

    assert_eq!(visitor.get(&link).await.location(), "/choices/history");
    visitor.get("/account").await.page();
    assert_eq!(visitor.get(&link).await.location(), "/data");
    let used = scanner.get(&link).await.page();
    assert_eq!(used.texts("h1"), ["This link no longer works"]);
}

#[actix_web::test]
async fn the_way_back_leads_to_this_site_alone() {
    let app = TestApp::start();
    for (next, landing) in [
        ("/choices?from=mail", "/choices?from=mail"),
        ("//elsewhere.example", "/data"),
        ("/\\elsewhere.example", "/data"),
        ("https://elsewhere.example", "/data"),
        ("/staff/requests", "/data"),
        ("/sign-in/totp", "/data"),
    ] {
        let visitor = app.visitor();
        let fields = [("email", "ada@example.org"), ("next", next)];
        visitor.post("/sign-in", &fields).await;
        let code = app.mailed_code("ada@example.org");
        assert_eq!(give(&visitor, &code).await.location(), landing, "{next}");
    }
}

#[actix_web::test]
async fn signing_in_gives_the_session_a_new_token_and_forgets_the_old_one() {
    let app = TestApp::start();
    let visitor = app.visitor();
    ask(&visitor, "ada@example.org").await;
    let before = visitor.session_cookie().unwrap();
    let code = app.mailed_code("ada@example.org");
    let entered = give(&visitor, &code).await;
    let cookie = entered.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert_ne!(visitor.session_cookie().unwrap(), before);
    let fixed = app.visitor_with_session(&before);
    assert_eq!(fixed.get("/account").await.status, 303);
}

#[actix_web::test]
async fn so_many_mails_go_to_one_address_and_no_more() {
    let app = TestApp::start();
    for _ in 0..5 {
        let answer = ask(&app.visitor(), "ada@example.org").await;
        assert_eq!(answer.location(), "/sign-in/code");
    }
    let sixth = ask(&app.visitor(), "ada@example.org").await;
    assert_eq!(sixth.status, 429);
    assert_eq!(sixth.headers["retry-after"], "900");
    assert_eq!(app.mails_to("ada").len(), 5);
    assert_eq!(ask(&app.visitor(), "eve@example.org").await.status, 303);
    app.app.clock.advance(TimeDelta::minutes(15));
    assert_eq!(ask(&app.visitor(), "ada@example.org").await.status, 303);
}

#[actix_web::test]
async fn one_client_asks_for_so_many_mails_and_no_more() {
    let app = TestApp::start();
    let visitor = app.visitor();
    for n in 0..30 {
        let email = format!("a{n}@example.org");
        visitor
            .post("/sign-in", &[("email", &email)])
            .await
            .location();
    }
    let fields = [("email", "one-more@example.org")];
    assert_eq!(app.visitor().post("/sign-in", &fields).await.status, 429);
}

#[actix_web::test]
async fn no_code_address_or_token_of_a_link_is_kept_in_clear_where_it_is_looked_up() {
    let app = TestApp::start();
    ask(&app.visitor(), "ada@example.org").await;
    let code = app.mailed_code("ada@example.org");
    let link = link_in(&app.mails_to("ada")[0].text);
    let token = link.rsplit('/').next().unwrap();
    let kept = app.app.db.read_now(|conn| {
        Ok(sign_in_codes::table
            .select((
                sign_in_codes::code_hash,
                sign_in_codes::link_hash,
                sign_in_codes::browser_hash,
            ))
            .first::<(String, String, String)>(conn)?)
    });
    let kept = format!("{:?}", kept.unwrap());
    assert!(!kept.contains(&code) && !kept.contains(token));
}

#[actix_web::test]
async fn one_person_comes_of_two_browsers_that_sign_in_at_once() {
    let app = TestApp::start();
    let (one, other) = (app.visitor(), app.visitor());
    ask(&one, "ada@example.org").await;
    let first = app.mailed_code("ada@example.org");
    ask(&other, "ada@example.org").await;
    let second = app.mailed_code("ada@example.org");
    let answers = futures_util::future::join(give(&one, &first), give(&other, &second)).await;
    assert_eq!(answers.0.location(), "/data");
    assert_eq!(answers.1.location(), "/data");
    let known = app
        .app
        .db
        .read_now(|conn| Ok(identities::table.count().get_result::<i64>(conn)?));
    assert_eq!(known.unwrap(), 1);
}

#[actix_web::test]
async fn scripts_may_sign_in_a_hundred_times_in_a_demonstration() {
    let app = TestApp::start_demo();
    let visitor = app.visitor();
    for n in 0..100 {
        let email = format!("a{}@example.org", n / 60);
        visitor
            .post("/sign-in", &[("email", &email)])
            .await
            .location();
    }
}

#[actix_web::test]
async fn an_address_that_no_mail_reaches_is_refused_beside_its_field() {
    let app = TestApp::start();
    let forms: [(&str, &[(&str, &str)]); 2] = [
        ("/sign-in", &[]),
        ("/request", &[("wants", "deletion"), ("residence", "us-ca")]),
    ];
    for address in ["maya@[127.0.0.1]", "a..b@example.org", "maya@home", "maya@"] {
        for (form, rest) in forms {
            let typed = [&[("email", address)], rest].concat();
            let refused = app.visitor().post(form, &typed).await;
            refused.refuses("email", "Enter an e-mail address, like name@example.org.");
        }
        let typed = [("email", address)];
        let opted_out = app.visitor().post("/do-not-sell", &typed).await;
        opted_out.refuses("email", "This browser has opted out.");
    }
}
