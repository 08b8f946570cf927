//! Data that are kept and not used are marked wherever a page says what is done with a person's data.

use candor::register::{Exception, LawfulBasis, Register};

use super::restriction::{TOLD, grant};
use crate::support::TestApp;

/// Rule: A4.R, GDPR Art. 4(3), 18.
#[actix_web::test]
async fn what_is_kept_and_not_used_is_marked_where_the_data_are_as_long_as_it_holds() {
    let app = TestApp::start();
    let (agent, lena, reference) = grant(&app).await;
    let other = app.person_in("otto", "de").await;
    let pages = ["/data", "/data/careers/interview_notes"];
    for path in pages {
        let page = lena.get(path).await.page();
        let marked = page.texts(".notice li").concat();
        assert!(
            marked.contains(TOLD) && marked.contains(&reference),
            "{path}: {marked}"
        );
        assert!(
            !other.get(path).await.page().text().contains(TOLD),
            "{path}"
        );
    }
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let why = [("ends", "The rating was checked, and it is right.")];
    let end = format!("{url}/restriction/end");
    agent.submit(&page, &end, &why).await.location();
    let text = lena.get("/data").await.page().text();
    assert!(text.contains("until 16 February 2026"), "{text}");
    app.app.clock.advance(chrono::TimeDelta::days(7));
    app.run_jobs().await;
    let lena = app.visitor();
    app.sign_in_by_mail(&lena, "lena@example.org").await;
    for path in pages {
        assert!(!lena.get(path).await.page().text().contains(TOLD), "{path}");
    }
}

/// Rule: A4.R, GDPR Art. 4(3), 18.
#[actix_web::test]
async fn what_rests_by_a_restriction_is_said_on_top_of_the_choices_and_beside_each_use_that_is_on()
{
    let app = TestApp::start();
    let (agent, lena, reference) = grant(&app).await;
    let otto = app.person_in("otto", "de").await;
    for person in [&lena, &otto] {
        let on = person.post("/choices/marketing/opt-in", &[("confirmed", "yes")]);
        on.await.location();
    }
    let page = lena.get("/choices").await.page();
    let top = page.texts(".notice").concat();
    assert!(
        top.contains(TOLD) && top.contains("even where it is on"),
        "{top}"
    );
    let link = format!("a[href='/requests/{reference}']");
    assert_eq!(page.texts(&format!(".notice {link}")).len(), 1);
    let said =
        format!("We do not do this with the data that you asked us to restrict ( {reference} ).");
    for title in page.attributes("main section.card", "aria-labelledby") {
        let card = format!("section[aria-labelledby='{title}']");
        let tags = page.texts(&format!("{card} .tag"));
        let rests = ["On", "Restricted"].contains(&&*tags[0]);
        assert_eq!(tags.contains(&"Restricted".to_owned()), rests, "{title}");
        assert_eq!(page.texts(&card)[0].contains(&said), rests, "{title}");
        assert_eq!(!page.texts(&format!("{card} {link}")).is_empty(), rests);
    }
    assert_eq!(page.texts("#marketing .tag"), ["On", "Restricted"]);
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert!(!otto.get("/choices").await.text().contains("Restricted"));

    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    let why = [("ends", "The rating was checked, and it is right.")];
    let end = format!("{url}/restriction/end");
    agent.submit(&page, &end, &why).await.location();
    let page = lena.get("/choices").await.page();
    assert!(
        page.texts(".notice")
            .concat()
            .contains("until 16 February 2026")
    );
    app.app.clock.advance(chrono::TimeDelta::days(7));
    app.run_jobs().await;
    let lena = app.person_again("lena").await;
    let page = lena.get("/choices").await.page();
    assert_eq!(page.texts("#marketing .tag"), ["On"]);
    assert!(page.texts(".notice").is_empty());
}

/// Rule: A4.R, GDPR Art. 4(3), 18.
#[actix_web::test]
async fn whoever_gets_data_gets_none_that_are_kept_and_not_used_and_the_list_says_so() {
    let app = TestApp::start();
    let (_, lena, reference) = grant(&app).await;
    let otto = app.person_in("otto", "de").await;
    let page = lena.get("/disclosures").await.page();
    let top = page.texts(".notice").concat();
    assert!(top.contains(TOLD) && top.contains(&reference), "{top}");
    let said =
        format!("We do not do this with the data that you asked us to restrict ( {reference} ).");
    let (mut marked, mut public) = (0, 0);
    let rows = page.texts("main table.stack tbody tr");
    for row in rows.iter().filter(|it| it.contains("In the law:")) {
        // Where nobody said yes to it, nothing is given, so that nothing of it is excepted.
        let said_before = row.split("Restricted").next().unwrap();
        let mut purposes = said_before.split("; ");
        let is_off = purposes.all(|it| it.contains("This is off"));
        let is_public = row.contains("You cannot stop this.");
        let is_marked = row.contains("Restricted") && row.contains(&said);
        assert_eq!(is_marked, !is_off && !is_public, "{row}");
        marked += usize::from(is_marked);
        public += usize::from(is_public);
    }
    assert!(marked > 2 && public > 0, "{rows:?}");
    let others = otto.get("/disclosures").await.page();
    assert!(!others.text().contains("Restricted") && others.texts(".notice").is_empty());
}

const MACHINES: &str = "/automated-decisions";

/// Rule: A4.R, GDPR Art. 4(3), 18.
#[actix_web::test]
async fn a_machine_decides_with_none_of_what_is_kept_and_not_used_and_its_page_says_so_while_it_is_on()
 {
    let app = TestApp::start();
    let (_, lena, reference) = grant(&app).await;
    let otto = app.person_in("otto", "de").await;
    let said =
        format!("We do not do this with the data that you asked us to restrict ( {reference} ).");
    let card = lena.get(MACHINES).await.page();
    let card = card.texts("main section.card").remove(0);
    assert!(
        !card.contains("Restricted"),
        "they never allowed it: {card}"
    );
    let on = "/choices/automated-decisions/opt-in";
    lena.post(on, &[("confirmed", "yes")]).await.location();
    let page = lena.get(MACHINES).await.page();
    assert!(page.texts(".notice").concat().contains(TOLD));
    let card = page.texts("main section.card").remove(0);
    assert!(
        card.contains("Restricted") && card.contains(&said),
        "{card}"
    );
    for other in [&otto, &app.visitor()] {
        let page = other.get(MACHINES).await.page();
        assert!(!page.text().contains("Restricted"), "{}", page.text());
    }
    let opt_out = "/choices/automated-decisions/opt-out";
    lena.submit(&page, opt_out, &[]).await.location();
    let page = lena.get(MACHINES).await.page();
    assert!(page.texts(".notice").concat().contains(TOLD));
    let card = page.texts("main section.card").remove(0);
    assert!(!card.contains("Restricted"), "it is off as a whole: {card}");
}

fn without_switch(register: &mut Register) {
    for activity in &mut register.activities {
        if let Some(machine) = &mut activity.machine {
            machine.exception = Some(Exception::HumanAppeal);
            machine.grounds = Some("Write to us, and Vera looks at it again.".to_owned());
            machine.otherwise = None;
            activity.refusable = false;
            activity.lawful_basis = Some(LawfulBasis::LegitimateInterests);
        }
    }
}

/// Rule: A4.O, GDPR Art. 21(1), 18(1)(d).
#[actix_web::test]
async fn a_machine_that_rests_by_an_objection_is_said_to_rest_where_machines_are_announced() {
    let app = TestApp::start_declaring(without_switch);
    let ada = app.person_in("ada", "de").await;
    let card = ada.get(MACHINES).await.page();
    let key = card.attributes("main section.card", "id").remove(0);
    let form = "/requests/new/objection";
    let page = ada.get(form).await.page();
    let why = [("activity", &*key), ("why", "I am more than my score.")];
    ada.submit(&page, form, &why).await.location();
    let card = ada.get(MACHINES).await.page();
    let card = card.texts("main section.card").remove(0);
    let rests = "Not done This rests while we look at your objection";
    assert!(card.contains(rests), "{card}");
}
