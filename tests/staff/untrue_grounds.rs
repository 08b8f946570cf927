//! A denial does not give a ground that the portal's own records contradict.

use candor::accounts::model::Role;

use super::denials::{refuse_first, send};
use super::four_eyes::file_access;
use super::{act, file_correction, file_deletion, reference_of, sample};
use crate::support::TestApp;

const WHY: (&str, &str) = ("reason", "We have looked at it with care.");

/// Rule: E3, 11 CCR 7022(f); F1, Civ. 1798.145(h)(3).
#[actix_web::test]
async fn who_signed_in_with_a_code_and_lives_in_california_is_not_told_otherwise() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_access(&person).await;
    for (ground, sentence) in [
        ("UNVERIFIED", "They were signed in"),
        (
            "NOT_A_CONSUMER",
            "They told us that they live in California",
        ),
        ("FRAUD_DOCUMENTED", "Flag the request as fraudulent first"),
    ] {
        let deny = [("outcome", "denied"), ("ground", ground), WHY];
        let refused = act(&agent, &reference, "decide", &deny).await;
        refused.refuses("ground", sentence);
        let typed = deny.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let refused = send(&agent, &reference, "preview", &typed).await;
        refused.refuses("ground", sentence);
    }
    let flag = [
        ("flag", "fraud"),
        ("flag_reason", "The letter with it is forged."),
    ];
    act(&agent, &reference, "flags", &flag).await.location();
    let deny = [("outcome", "denied"), ("ground", "FRAUD_DOCUMENTED"), WHY];
    act(&agent, &reference, "decide", &deny).await.location();
}

#[actix_web::test]
async fn no_agency_directs_anything_while_no_hold_of_one_is_in_force() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let deletion = file_deletion(&person).await;
    let fields = refuse_first(&agent, &deletion, "LEGAL_HOLD_145A2").await;
    let refused = send(&agent, &deletion, "decide", &fields).await;
    refused.refuses(&fields[1].0, "No hold of an agency");
}

/// Rule: C11, 11 CCR 7023(g).
#[actix_web::test]
async fn a_first_correction_is_no_repeat_and_the_same_again_is_one() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let first = file_correction(&person, "Leeds").await;
    let fields = refuse_first(&agent, &first, "REPEAT_6M_7023G").await;
    let refused = send(&agent, &first, "decide", &fields).await;
    refused.refuses(&fields[1].0, "No request to put the same right was denied");
    let fields = refuse_first(&agent, &first, "ACCURATE_7023B").await;
    send(&agent, &first, "decide", &fields).await.location();
    act(&ruth, &first, "approve", &[]).await.location();
    assert!(
        person
            .get(&format!("/requests/{first}"))
            .await
            .text()
            .contains("Denied")
    );

    let again = file_correction(&person, "Leeds").await;
    let fields = refuse_first(&agent, &again, "REPEAT_6M_7023G").await;
    send(&agent, &again, "decide", &fields).await.location();
}

/// Rule: C19, Cal. Civ. Code 1798.83.
#[actix_web::test]
async fn the_yearly_list_was_not_had_by_who_asks_for_it_the_first_time() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let path = "/requests/new/marketing-list";
    let mut filed = Vec::new();
    for _ in 0..2 {
        let page = person.get(path).await.page();
        let reference = reference_of(
            &person
                .submit(&page, path, &[("words", "Who got it?")])
                .await,
        );
        let deny = [
            ("outcome", "denied"),
            ("ground", "ONCE_A_YEAR_1798_83"),
            WHY,
        ];
        filed.push(act(&agent, &reference, "decide", &deny).await);
        if filed.len() == 1 {
            filed[0].refuses("ground", "They have not had the list");
            let give = [
                ("outcome", "approved"),
                ("reason", "Brightfield got your address."),
            ];
            act(&agent, &reference, "decide", &give).await.location();
        }
    }
    filed[1].location();
}

#[actix_web::test]
async fn a_mark_or_a_word_is_no_reason() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_access(&person).await;
    for reason in ["x", ".", "Because.", "- - - - - -"] {
        let deny = [
            ("outcome", "denied"),
            ("ground", "PRIVILEGE"),
            ("reason", reason),
        ];
        let refused = act(&agent, &reference, "decide", &deny).await;
        refused.refuses("reason", "Write why in a sentence");
    }
}
