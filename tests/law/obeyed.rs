//! What the rows say is what is done: a file of the organisation changes it.

use std::fmt::Write;

use candor::law::{Laws, Right};

use super::day;
use crate::support::{Actor, TestApp};

const ADDRESS: &str = "maya.okafor@example.org";

/// California, with another degree of verification for access.
fn verifying(degree: &str) -> Laws {
    let text = format!(
        "[[law]]\nkey = \"us-ca\"\n\n[[law.row]]\nrights = [\"access\"]\nanswer = \"45 days\"\nverification = \"{degree}\"\n"
    );
    Laws::built_in().with_text("own.toml", &text).unwrap()
}

/// The page of somebody who asks for a copy without an account.
async fn prove(app: &TestApp) -> String {
    let visitor = app.visitor();
    let letter = [
        ("wants", "pieces"),
        ("email", ADDRESS),
        ("residence", "us-ca"),
    ];
    visitor.post("/request", &letter).await.location();
    let mail = app.mails_to("maya.okafor").pop().unwrap().text;
    let link = mail.lines().find(|it| it.contains("/request/link/"));
    let link = link.unwrap().trim_start_matches(app.address()).to_owned();
    let page = visitor.get(&link).await.page();
    visitor.submit(&page, &link, &[("answer", "mine")]).await;
    visitor.get("/request/mine").await.page().text()
}

#[actix_web::test]
async fn the_degree_of_verification_is_that_of_the_row() {
    let high = prove(&TestApp::start_under(verifying("high"))).await;
    assert!(high.contains("2 more values") && high.contains("penalty of perjury"));
    let reasonable = prove(&TestApp::start_under(verifying("reasonable"))).await;
    assert!(reasonable.contains("one more value"));
    assert!(!reasonable.contains("penalty of perjury"));
}

/// Rule: O1, 11 CCR 7025.
#[actix_web::test]
async fn the_signal_is_honoured_while_a_row_says_so() {
    let mut text = String::new();
    let laws = Laws::built_in();
    assert!(laws.honours_signal(Right::OptOut, day("2026-02-09")));
    let of_signal = laws
        .all()
        .iter()
        .filter(|law| law.rows.iter().any(|it| it.signal));
    for law in of_signal {
        let rights = "rights = [\"opt-out\", \"targeting\"]";
        let row = "effect = \"15 business days\"\nverification = \"none\"";
        writeln!(
            text,
            "[[law]]\nkey = \"{}\"\n[[law.row]]\n{rights}\n{row}",
            law.key
        )
        .unwrap();
    }
    let without = laws.with_text("own.toml", &text).unwrap();
    assert!(!without.honours_signal(Right::OptOut, day("2026-02-09")));
    let says = async |app: TestApp| {
        let page = app.visitor().with_signal().get("/").await.page();
        page.text().contains("Opt-out request honoured")
    };
    assert!(says(TestApp::start()).await);
    assert!(!says(TestApp::start_under(without)).await);
}

/// The page of a payment card, whose number is never shown.
async fn card(person: &Actor) -> String {
    let cards = person.get("/data/billing/payment_cards").await.page();
    let card = cards.attributes("article h3 a", "href").remove(0);
    person.get(&card).await.page().text()
}

/// Rule: K3, 11 CCR 7024(d).
#[actix_web::test]
async fn what_is_never_shown_is_so_by_the_law_where_the_person_lives() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let words = card(&maya).await;
    assert!(words.contains("wants it shown to nobody") && words.contains("7024(d)"));
    let app = TestApp::start();
    let maya = app.person_in("maya.okafor", "de").await;
    let words = card(&maya).await;
    assert!(words.contains("in the download of your data"), "{words}");
}

/// All files of a package of somebody who lives there, and the number that their copy may have.
async fn copy_in(residence: &str) -> (String, String) {
    let app = TestApp::start();
    let maya = app.person_in("maya.okafor", residence).await;
    let sql = "SELECT card_number FROM payment_cards JOIN accounts ON accounts.id = account_id WHERE email = ?";
    let source = app.source.connect();
    let number = source.query_row(sql, [ADDRESS], |row| row.get(0));
    let all = app.package_of(&maya, &[]).await.read_all();
    (all, number.unwrap())
}

/// Rule: K3, 11 CCR 7024(d); K2, GDPR Art. 15(3).
#[actix_web::test]
async fn a_copy_has_what_no_page_shows_where_no_row_of_law_forbids_it() {
    for residence in ["us-ca", "us-ny", ""] {
        let (copy, number) = copy_in(residence).await;
        assert!(!copy.contains(&number), "{residence}");
        assert!(copy.contains("We hold your financial account number"));
    }
    for residence in ["de", "gb", "us-va"] {
        let (copy, number) = copy_in(residence).await;
        assert!(copy.contains(&number), "{residence}");
        assert!(copy.contains("keep this file safe"));
        let secret = "We hold your password, in scrambled form";
        assert!(copy.contains(secret), "no law has a password handed out");
    }
}

/// Rule: K3, 11 CCR 7024(d).
#[test]
fn which_values_a_copy_tells_is_so_by_the_rows() {
    let laws = Laws::built_in();
    let told = |laws: &Laws, residence| laws.told_in_a_copy(residence, day("2026-11-24"));
    assert!(told(&laws, "us-ca").is_empty() && told(&laws, "us-ct").is_empty());
    assert!(
        told(&laws, "").is_empty(),
        "who does not say where they live"
    );
    assert_eq!(told(&laws, "de").len(), 5, "all but what opens an account");
    let row = "[[law.row]]\nrights = [\"access\"]\nanswer = \"1 month\"\nverification = \"reasonable\"\nnever_disclosed = [\"ssn\", \"biometric\"]\n";
    let own = format!("[[law]]\nkey = \"eu-gdpr\"\n{row}");
    let laws = laws.with_text("own.toml", &own).unwrap();
    let told: Vec<_> = told(&laws, "de").iter().map(|it| it.as_str()).collect();
    assert_eq!(
        told,
        ["government-id", "account-number", "health-insurance-id"]
    );
}

#[test]
fn rows_that_contradict_what_they_could_mean_are_named() {
    for (row, wrong) in [
        (
            "rights = [\"limit\"]\neffect = \"15 business days\"\nverification = \"none\"\nsignal = true\n",
            "signal speaks of sale",
        ),
        (
            "rights = [\"deletion\"]\nanswer = \"45 days\"\nverification = \"none\"\n",
            "for anybody",
        ),
    ] {
        let text = format!("[[law]]\nkey = \"us-ca\"\n[[law.row]]\n{row}");
        let laws = Laws::built_in().with_text("own.toml", &text).unwrap();
        let found = candor::law::check(&laws, day("2026-11-24"));
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|it| it.contains(wrong)), "{told:?}");
    }
}
