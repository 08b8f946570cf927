//! What agents and a form asked in the name of people who have an account, and confirm or stop it by that, while processes are
//! killed.

use candor::db::schema::request_senders;
use candor::requests::model::State;
use diesel::prelude::*;

use super::count;
use super::further::request;
use super::journeys::{Claim, persist};
use super::mails::Mails;
use crate::requests::{agents, without_account};
use crate::support::{Actor, TestApp};

/// Where a request that nobody has taken up yet leads.
const LINK: &str = "/request/link/";

/// Each is asked for by an agent or by the form, in turn, before anything is killed, and somebody has followed the link where
/// nobody is signed in. Gives the references, in the order of the people.
pub async fn ask(app: &TestApp, emails: &[String]) -> Vec<String> {
    let mut references = Vec::new();
    for (number, email) in emails.iter().enumerate() {
        if number % 2 == 0 {
            let of = [("email", email.as_str())];
            agents::send(app, &of, agents::PDF).await.location();
        } else {
            let (_, sent) = without_account::send(app, "deletion", email, "").await;
            sent.location();
        }
        let mail = app.mails_to(email).pop().unwrap().text;
        let start = mail.find(LINK).unwrap();
        let link = mail[start..].split_whitespace().next().unwrap();
        let visitor = app.visitor();
        let page = visitor.get(link).await.page();
        let followed = visitor.submit(&page, link, &[("answer", "mine")]).await;
        assert_eq!(followed.location(), "/request/mine");
        let start = mail.find("PR-").unwrap();
        references.push(mail[start..start + "PR-0000-0000".len()].to_owned());
    }
    references
}

/// Says that it is theirs, or stops it.
pub async fn answer(person: &Actor, reference: &str, is_theirs: bool) -> Claim {
    let url = format!("/requests/{reference}/mine");
    let answer = if is_theirs { "mine" } else { "not-mine" };
    let fields = [("answer", answer)];
    let done = persist(|| person.try_post(&url, &fields)).await;
    // When the answer was lost, there is nothing left to confirm.
    assert!(matches!(done.status, 303 | 409), "{}", done.text());
    if done.status == 303 {
        assert_eq!(done.location(), format!("/requests/{reference}"));
    }
    Claim::Answered {
        reference: reference.to_owned(),
        is_theirs,
    }
}

/// What was answered is so, once: what would go is planned, or nothing is asked for any more.
pub fn check(app: &TestApp, mails: &Mails, claims: &[Claim]) {
    for claim in claims {
        let Claim::Answered {
            reference,
            is_theirs,
        } = claim
        else {
            continue;
        };
        let found = request(app, reference);
        let (is_known, by_account): (bool, bool) = count(app, |conn| {
            let own = request_senders::table.filter(request_senders::request_id.eq(found.id));
            let own = own.select((
                request_senders::degree.is_not_null(),
                request_senders::account_at.is_not_null(),
            ));
            own.first(conn)
        });
        assert_eq!(
            (is_known, by_account),
            (*is_theirs, *is_theirs),
            "{reference}"
        );
        assert_eq!(found.plan.is_some(), *is_theirs, "{reference}: its plan");
        let state = if *is_theirs {
            State::InReview
        } else {
            State::Withdrawn
        };
        assert_eq!(found.state, state, "{reference}");
        let verified = app.events("request.verified", reference);
        assert_eq!(verified, i64::from(*is_theirs), "{reference}");
        let told = mails.about("request_withdrawn", reference);
        assert_eq!(told, usize::from(!*is_theirs), "{reference}");
    }
}
