use std::io::Read;

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use candor::my_data::redactions::{Cell, Redaction, Redactions, places};
use candor::register::CollectionKey;

use super::{four_eyes::file_access, sample};
use crate::shown::city_card;
use crate::support::{Actor, TestApp};

/// Everything that a package holds, as text.
async fn package(app: &TestApp, person: &Actor) -> String {
    person.post("/data/export", &[]).await.location();
    app.run_jobs().await;
    let page = person.get("/data/export").await.page();
    let link = page.attributes("a[download]", "href").remove(0);
    let file = person.get(&link).await.page();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file.body)).unwrap();
    let mut all = String::new();
    for at in 0..zip.len() {
        zip.by_index(at).unwrap().read_to_string(&mut all).unwrap();
    }
    all
}

/// Leaves something out of the city, on the page of the data in question.
async fn leave_out(
    staff: &Actor,
    reference: &str,
    fields: &[(&str, &str)],
) -> crate::support::Answer {
    let data = format!("/staff/requests/{reference}/data/people/contact_details");
    let page = staff.get(&data).await.page();
    let links = page.attributes("dd a", "href");
    let link = links.iter().find(|it| it.ends_with("field=city")).unwrap();
    let form = staff.get(link).await.page();
    let action = form.attributes("main form", "action").remove(0);
    staff.submit(&form, &action, fields).await
}

/// A supervisor agrees to what is proposed.
async fn approve(app: &TestApp, reference: &str) {
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    let data = format!("/staff/requests/{reference}/data");
    let page = supervisor.get(&data).await.page();
    assert!(page.text().contains("Proposed"), "{}", page.text());
    let forms = page.attributes("form[action$='/approve']", "action");
    supervisor.submit(&page, &forms[0], &[]).await.location();
}

/// Rule: I16, Civ. 1798.145(k); K4, 11 CCR 7024(h): to leave a whole cell out denies it, which takes two.
#[actix_web::test]
async fn a_marked_cell_is_in_no_package_and_on_no_page_until_the_mark_is_taken_back() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    app.source
        .connect()
        .execute("UPDATE contact_details SET city = 'Quistville'", [])
        .unwrap();
    let city = "Quistville";
    let reference = file_access(&person).await;
    let link = "/data/people/contact_details";
    let cities = || async {
        let page = person.get(link).await.page();
        page.texts("article dd")
            .iter()
            .filter(|it| it.contains(city))
            .count()
    };
    assert!(cities().await > 0 && package(&app, &person).await.contains(city));
    let old = person.get("/data/export").await.page();
    let old = old.attributes("a[download]", "href").remove(0);
    let form = person.get(link).await.page();
    let form = form
        .attributes("article dd a[href$='=city']", "href")
        .remove(0);

    let undecided = leave_out(&agent, &reference, &[]).await;
    undecided.refuses("whole", "Choose what to leave out");
    let silent = leave_out(&agent, &reference, &[("whole", "yes"), ("why", "It is.")]).await;
    silent.refuses("why", "Write why in a sentence");
    let why = "It is the town of somebody else.";
    let all = [("whole", "yes"), ("why", why)];
    leave_out(&agent, &reference, &all).await.location();
    assert!(cities().await > 0, "one alone takes nothing away");
    approve(&app, &reference).await;
    assert_eq!(cities().await, 0);
    let told = person.get(&format!("/requests/{reference}")).await.page();
    let contest = "If that is not so, answer here";
    let text = told.text();
    for part in [
        "because we think that it is about somebody else",
        contest,
        why,
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("1798.145(k)"), "where it stands: {text}");
    assert!(
        text.contains("California Privacy Protection Agency"),
        "{text}"
    );
    let mails = app.mails_to(SAMPLES[0].email);
    assert!(mails.iter().any(|it| it.kind == "request_message"));
    assert_ne!(
        person.get(&old).await.status,
        200,
        "the package from before has ended"
    );
    let new = package(&app, &person).await;
    assert!(!new.contains(city), "{city} is in it");
    assert!(new.contains("Left out, because it is about another person."));
    assert_eq!(
        person.get(&form).await.status,
        404,
        "no form shows it either"
    );

    let data = format!("/staff/requests/{reference}/data");
    let page = agent.get(&data).await.page();
    let remove = page
        .attributes("form[action$='/remove']", "action")
        .remove(0);
    agent.submit(&page, &remove, &[]).await.location();
    assert!(cities().await > 0);
}

#[actix_web::test]
async fn a_marked_passage_is_left_out_and_the_whole_cell_once_its_text_has_changed() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let source = app.source.connect();
    let write = |city: &str| {
        let sql = "UPDATE contact_details SET city = ?1";
        source.execute(sql, [city]).unwrap();
    };
    write("With Rosa Quist, Port Ellery");
    let reference = file_access(&person).await;
    let absent = leave_out(&agent, &reference, &[("whole", "no"), ("passage", "Tom")]).await;
    absent.refuses("passage", "These words are not in it");
    leave_out(
        &agent,
        &reference,
        &[("whole", "no"), ("passage", "Rosa Quist")],
    )
    .await
    .location();
    let text = package(&app, &person).await;
    assert!(!text.contains("Rosa Quist"));
    assert!(text.contains("With [left out: about another person], Port Ellery"));

    write("With R. Quist, Port Ellery");
    let text = package(&app, &person).await;
    assert!(!text.contains("R. Quist"));
}

#[actix_web::test]
async fn a_passage_is_left_out_in_whatever_letters_and_spaces_it_stands() {
    for (text, passage, left) in [
        (
            "Rosa Quist, ROSA  QUIST\nand rosa\nquist.",
            "Rosa Quist",
            "*, *\nand *.",
        ),
        (
            "Ann is planning, says ANN.",
            "Ann",
            "* is planning, says *.",
        ),
        ("Quistville", "Quist", "*ville"),
        ("STRASSE (5)? straße (5)?", "Straße (5)?", "STRASSE (5)? *"),
        ("与王芳见面", "王芳", "与*见面"),
        ("aaa", "aa", "*a"),
        ("nobody", "Tom", "nobody"),
    ] {
        let mut rest = text.to_owned();
        for place in places(text, passage).into_iter().rev() {
            rest.replace_range(place, "*");
        }
        assert_eq!(rest, left, "{passage}");
    }
}

/// Rule: I16, Civ. 1798.145(k).
#[actix_web::test]
async fn two_passages_beside_which_nothing_is_left_are_all_of_it() {
    let app = TestApp::start();
    let (person, sam) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let source = app.source.connect();
    let write = "UPDATE contact_details SET city = 'Rosa Quist, Port Ellery'";
    source.execute(write, []).unwrap();
    let reference = file_access(&person).await;
    let first = [("whole", "no"), ("passage", "rosa quist")];
    leave_out(&sam, &reference, &first).await.location();
    let second = [("whole", "no"), ("passage", "Port Ellery")];
    let silent = leave_out(&sam, &reference, &second).await;
    silent.refuses("why", "Nothing of it would be left");
}

/// Rule: I16, Civ. 1798.145(k).
#[actix_web::test]
async fn whoever_proposes_to_leave_all_of_it_out_does_not_agree_to_it_nor_hands_the_rest_out() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("vera", Role::Supervisor).await;
    app.staff("ruth", Role::Supervisor).await;
    let source = app.source.connect();
    let write = "UPDATE contact_details SET city = 'Rosa Quist'";
    source.execute(write, []).unwrap();
    let reference = file_access(&person).await;
    // Beside these words nothing is left.
    let words = [("whole", "no"), ("passage", "Rosa Quist")];
    let silent = leave_out(&supervisor, &reference, &words).await;
    silent.refuses("why", "Nothing of it would be left");
    let why = [&words[..], &[("why", "It names somebody else alone.")]].concat();
    leave_out(&supervisor, &reference, &why).await.location();
    let again = leave_out(&supervisor, &reference, &why).await;
    again.refuses("whole", "proposed already");
    let told = app.mails_to("ruth@staff.example.org");
    assert!(told[0].text.contains("leave something out"));

    let url = format!("/staff/requests/{reference}");
    let data = supervisor.get(&format!("{url}/data")).await.page();
    let forms = data.attributes("form[action$='/approve']", "action");
    assert!(forms.is_empty(), "not by who proposed it");
    let remove = data.attributes("form[action$='/remove']", "action");
    let approve = remove[0].replace("/remove", "/approve");
    assert_eq!(supervisor.post(&approve, &[]).await.status, 409);
    let page = supervisor.get(&url).await.page();
    let grant = [("outcome", "approved"), ("reason", "Here it is.")];
    let decide = format!("{url}/decide");
    let early = supervisor.submit(&page, &decide, &grant).await;
    assert_eq!(early.status, 409);
    assert!(early.text().contains("A supervisor has to approve that"));

    supervisor.submit(&data, &remove[0], &[]).await.location();
    let page = supervisor.get(&url).await.page();
    supervisor.submit(&page, &decide, &grant).await.location();
}

#[actix_web::test]
async fn a_mark_that_is_sent_twice_is_one_and_the_person_is_told_once() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let sql = "UPDATE contact_details SET city = 'With Rosa Quist'";
    app.source.connect().execute(sql, []).unwrap();
    let reference = file_access(&person).await;
    let data = format!("/staff/requests/{reference}/data");
    let page = agent
        .get(&format!("{data}/people/contact_details"))
        .await
        .page();
    let links = page.attributes("dd a", "href");
    let link = links.iter().find(|it| it.ends_with("field=city")).unwrap();
    let form = agent.get(link).await.page();
    let action = form.attributes("main form", "action").remove(0);
    let passage = [("whole", "no"), ("passage", "Rosa Quist")];
    agent.submit(&form, &action, &passage).await.location();
    let twice = agent.submit(&form, &action, &passage).await;
    assert_eq!(twice.status, 409);
    let mails = app.mails_to(SAMPLES[0].email).into_iter();
    let told = mails.filter(|it| it.kind == "request_message").count();
    assert_eq!(told, 1);
    let page = agent.get(&data).await.page();
    let marks = page.attributes("form[action$='/remove']", "action");
    assert_eq!(marks.len(), 1);
}

#[test]
fn passages_are_left_out_of_the_text_as_it_was_and_not_of_each_other() {
    const PASSAGE: &str = "[left out: about another person]";
    let text = "Thank you, Anna. A person like you is rare.";
    let rest = without(text, &["Anna", "person", "a"]);
    let left = text.replace("person", PASSAGE);
    assert!(!rest.contains("Anna") && !rest.contains("like you is rare"));
    assert_eq!(without(text, &["person"]), left);
    assert_eq!(rest.matches(PASSAGE).count(), 5, "{rest}");
    assert_eq!(without("Anna", &["Ann", "nna"]), PASSAGE);
    let whole = "Left out, because it is about another person.";
    assert_eq!(without(text, &["Anna", "Bert"]), whole);
}

/// What is shown of a city of which these passages are left out.
fn without(city: &str, passages: &[&str]) -> String {
    let key = CollectionKey::new("people", "contact_details");
    let mut card = city_card(city);
    let cell = Cell {
        key: key.clone(),
        record: card.id.clone(),
        field: "city".to_owned(),
    };
    let redactions = passages.iter().map(|passage| Redaction {
        id: 1,
        cell: cell.clone(),
        passage: Some((*passage).to_owned()),
        reason: String::new(),
        placed_by: 1,
        holds: true,
    });
    Redactions(redactions.collect()).apply(&key, &mut card);
    card.data.remove(0).value
}
