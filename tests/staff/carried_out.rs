//! What pages and receipts say of what was carried out.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::{ROWS, accept_all, act, file_correction, file_deletion, held, sample};
use crate::support::{Actor, TestApp};

#[actix_web::test]
async fn a_person_who_goes_on_using_the_service_is_erased_all_the_same() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (first, second) = (
        app.staff("una", Role::Agent).await,
        app.staff("vic", Role::Supervisor).await,
    );
    let reference = file_deletion(&person).await;
    accept_all(&first, &reference).await.location();
    let written = app
        .source
        .connect()
        .execute(
            "INSERT INTO search_terms SELECT (SELECT max(id) + 1 FROM search_terms), account_id, terms, place, results, searched_at
             FROM search_terms JOIN accounts ON accounts.id = account_id WHERE email = ? LIMIT 1",
            [SAMPLES[0].email],
        )
        .unwrap();
    assert_eq!(written, 1);
    let asked = article(&second, &reference, "What you searched for").await;
    act(&second, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    assert_eq!(held(&app, ROWS), "0");

    let erased = article(&second, &reference, "What you searched for").await;
    assert_eq!(number_in(&erased), number_in(&asked) + 1, "{erased}");
    let staff = format!("/staff/requests/{reference}");
    let said = second.get(&staff).await.page();
    assert!(said.text().contains("Planned anew when it was carried out"));
    let seen = person.get(&format!("/requests/{reference}")).await.page();
    assert!(
        seen.text()
            .contains("so we planned it anew when we carried it out")
    );
    assert!(
        seen.text()
            .contains(&format!("{} records", number_in(&erased)))
    );
    let receipt = said.attributes("a[href^='/receipts/']", "href").remove(0);
    let proof = second.get(&receipt).await.page().text();
    let hash = said.texts(".facts .reference").pop().unwrap();
    assert!(proof.contains(hash.trim_end_matches('…')), "{hash} {proof}");
}

/// What staff read of one collection.
async fn article(staff: &Actor, reference: &str, title: &str) -> String {
    let page = staff
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let mut all = page.texts("article").into_iter();
    all.find(|it| it.contains(title)).unwrap()
}

/// The first number in a text.
fn number_in(text: &str) -> u64 {
    let mut digits = text.split(|it: char| !it.is_ascii_digit());
    digits.find_map(|it| it.parse().ok()).unwrap()
}

#[actix_web::test]
async fn staff_who_see_a_request_open_its_receipt_and_no_other() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    accept_all(&agent, &reference).await.location();
    app.run_jobs().await;
    person.post("/choices/opt-out", &[]).await.location();
    let own = person.get("/receipts").await.page();
    let own = own.attributes("main h2 a", "href");
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let receipt = page.attributes("a[href^='/receipts/']", "href").remove(0);
    let other = own.iter().find(|it| **it != receipt).unwrap();
    let readers = [
        app.staff("una", Role::Supervisor).await,
        app.staff("ingrid", Role::Auditor).await,
        agent,
    ];
    for reader in readers {
        reader.get(&receipt).await.page();
        assert_eq!(reader.get(&format!("{receipt}/file")).await.status, 200);
        assert_eq!(reader.get(other).await.status, 404);
    }
    let strangers = [
        app.staff("ada", Role::Admin).await,
        app.person("stranger").await,
    ];
    for stranger in strangers {
        assert_eq!(stranger.get(&receipt).await.status, 404);
    }
}
