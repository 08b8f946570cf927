//! What a denial must have, and what the person is told with it.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;

use super::{act, file_deletion, four_eyes::file_access, sample};
use crate::support::{Actor, Answer, TestApp};

/// The fields that refuse the first item of a deletion and accept the rest.
pub async fn refuse_first(staff: &Actor, reference: &str, ground: &str) -> Vec<(String, String)> {
    let page = staff
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let first = page.attributes("input[type=radio]", "name").remove(0);
    let field = |name: &str| first.replace("decision", name);
    let fields = [
        (field("decision"), "refused"),
        (field("ground"), ground),
        (field("reason"), "A dispute about it is open."),
        ("rest".to_owned(), "accepted"),
        (
            "version".to_owned(),
            &page.attributes("input[name=version]", "value")[0],
        ),
    ];
    fields
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
}

/// The fields that refuse all of it.
pub async fn refuse_all(staff: &Actor, reference: &str, ground: &str) -> Vec<(String, String)> {
    let page = staff
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let version = page.attributes("input[name=version]", "value").remove(0);
    let mut fields = vec![("version".to_owned(), version)];
    for name in names {
        let field = |kind: &str| name.replace("decision", kind);
        fields.push((field("ground"), ground.to_owned()));
        fields.push((field("reason"), "A dispute about it is open.".to_owned()));
        fields.push((name, "refused".to_owned()));
    }
    fields
}

pub async fn send(
    staff: &Actor,
    reference: &str,
    action: &str,
    fields: &[(String, String)],
) -> Answer {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let action = format!("/staff/requests/{reference}/{action}");
    staff.post(&action, &fields).await
}

/// Rule: E3, 11 CCR 7022(f).
#[actix_web::test]
async fn no_denial_is_sent_without_a_ground_of_the_law_and_a_reason() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let access = file_access(&person).await;
    let deny = [("outcome", "denied"), ("reason", "There is nothing else.")];
    let without = act(&agent, &access, "decide", &deny).await;
    without.refuses("ground", "Choose on what ground of the law you deny it.");
    let of_another_right = [deny[0], deny[1], ("ground", "EXC_105D8")];
    let too_long = "x".repeat(10_001);
    let without_end = [("outcome", "approved"), ("reason", &*too_long)];
    let refused = act(&agent, &access, "decide", &without_end).await;
    refused.refuses("reason", "Write at most 10,000 characters.");
    let refused = act(&agent, &access, "decide", &of_another_right).await;
    refused.refuses("ground", "Choose on what ground");
    let part = [("outcome", "partly_approved"), deny[1]];
    let refused = act(&agent, &access, "decide", &part).await;
    refused.refuses("ground", "Choose on what ground");

    let deletion = file_deletion(&person).await;
    let fields = refuse_first(&agent, &deletion, "").await;
    let ground = fields[1].0.clone();
    for action in ["decide", "preview"] {
        let refused = send(&agent, &deletion, action, &fields).await;
        refused.refuses(&ground, "Choose on what ground of the law you refuse it.");
    }
}

/// Rule: E3, 11 CCR 7022(f); E4, 11 CCR 7022(g); C15, 11 CCR 7101(a); A4.
#[actix_web::test]
async fn what_the_law_wants_said_goes_by_itself_into_preview_mail_and_page() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_deletion(&person).await;
    let fields = refuse_first(&agent, &reference, "LEGAL_CLAIM").await;
    let said = [
        "We need it for a legal claim. (Cal. Civ. Code 1798.145(a))",
        "We erase everything else",
        "for the reason given and for nothing else",
        "Would you like us not to sell or share your data?",
        "We keep a record of this request",
        "look again",
        "California Privacy Protection Agency",
    ];
    let says_all = |text: &str| {
        for words in said {
            assert!(text.contains(words), "{words:?} is not in {text}");
        }
    };
    let preview = send(&agent, &reference, "preview", &fields).await.page();
    assert!(
        preview
            .texts("h2")
            .contains(&"What the person will read".to_owned())
    );
    says_all(&preview.text());
    assert_eq!(
        app.mails_to(SAMPLES[0].email).len(),
        1,
        "nothing is sent yet"
    );
    assert!(preview.html().contains("A dispute about it is open."));

    send(&agent, &reference, "decide", &fields).await.location();
    let proposed = ruth
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    says_all(&proposed.text());
    act(&ruth, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    let page = person.get(&format!("/requests/{reference}")).await.page();
    // What stays is used for nothing else by now: there is no sale left to opt out of.
    let offer = "Would you like us not to sell or share your data?";
    for words in said.iter().filter(|it| **it != offer) {
        assert!(page.text().contains(words), "{words:?}");
    }
    assert!(!page.text().contains(offer));
    assert!(page.text().contains("A dispute about it is open."));
    assert!(page.text().contains("Cal. Gov. Code 12946"));
    let mails = app.mails_to(SAMPLES[0].email);
    let mail = mails
        .iter()
        .find(|it| it.kind == "request_decided")
        .unwrap();
    says_all(&mail.text);
    says_all(&mail.html);
    assert!(
        !mail.text.contains("A dispute"),
        "the facts stay on the portal"
    );
}

/// Rule: E4, 11 CCR 7022(g).
#[actix_web::test]
async fn who_has_opted_out_or_is_not_in_california_gets_no_offer_to_opt_out() {
    for (residence, opts_out) in [("us-ca", true), ("de", false)] {
        let app = TestApp::start();
        let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
        let person = app.person_in(name, residence).await;
        if opts_out {
            person.post("/choices/opt-out", &[]).await.location();
        }
        let agent = app.staff("sam", Role::Agent).await;
        let reference = file_deletion(&person).await;
        let ground = if opts_out {
            "LEGAL_CLAIM"
        } else {
            "CLAIMS_17_3E"
        };
        let fields = refuse_first(&agent, &reference, ground).await;
        let preview = send(&agent, &reference, "preview", &fields).await.page();
        assert!(
            !preview.text().contains("not to sell or share"),
            "{residence}"
        );
        assert_eq!(preview.text().contains("a court"), !opts_out, "{residence}");
        assert!(preview.text().contains("We need it for a legal claim."));
    }
}

/// Rule: K4, 11 CCR 7024(h).
#[actix_web::test]
async fn where_a_part_of_an_answer_is_denied_the_rest_is_given_and_it_takes_two() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_access(&person).await;
    let part = [
        ("outcome", "partly_approved"),
        ("ground", "OTHERS_RIGHTS_145K"),
        ("reason", "Two messages are about a colleague."),
    ];
    act(&agent, &reference, "decide", &part).await.location();
    let url = format!("/requests/{reference}");
    assert!(!person.get(&url).await.text().contains("colleague"));
    act(&ruth, &reference, "approve", &[]).await.location();
    app.run_jobs().await;
    let page = person.get(&url).await.page();
    for words in [
        "We give you everything else",
        "(Cal. Civ. Code 1798.145(k))",
        "Two messages are about a colleague.",
        "Ask for another look",
    ] {
        assert!(
            page.text().contains(words),
            "{words:?} is not in {}",
            page.text()
        );
    }
}

#[actix_web::test]
async fn whoever_comes_too_late_to_approve_or_send_back_reads_what_happened() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_access(&person).await;
    let deny = [
        ("outcome", "denied"),
        ("ground", "NOT_SEARCHABLE_7024C"),
        ("reason", "There is nothing else."),
    ];
    act(&agent, &reference, "decide", &deny).await.location();
    let url = format!("/staff/requests/{reference}");
    let seen = ruth.get(&url).await.page();
    act(&agent, &reference, "assign", &[("assignee", "me")])
        .await
        .location();
    let why: &[_] = &[("send_back", "Look again.")];
    for (action, words) in [("approve", &[][..]), ("send-back", why)] {
        let late = ruth.submit(&seen, &format!("{url}/{action}"), words).await;
        assert_eq!(late.status, 409, "{action}");
        assert!(late.text().contains("Nothing was done"), "{}", late.text());
    }
    let version = [("version", "1")];
    for action in ["retry", "review-again"] {
        let late = agent.post(&format!("{url}/{action}"), &version).await;
        assert_eq!(late.status, 409, "{action}");
        assert!(late.text().contains("Nothing was done"), "{action}");
    }
}
