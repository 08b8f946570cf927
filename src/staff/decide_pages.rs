//! Deciding on a request, and what follows from it. Each action leads back to its page.

use actix_web::HttpResponse;

use super::judging::judge;
use super::notes;
use super::sent::Sent;
use crate::accounts::guard::{CaseWorker, Supervisor};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::law::Ground;
use crate::requests::held_still::{self, Seen};
use crate::requests::model::{Decision, Item, Outcome, Request, State};
use crate::requests::replanning::has_outgrown_its_plan;
use crate::requests::review::{self, Judgement, Remade};
use crate::requests::{
    carry_out, contradicted, decisions, denial, execution, notices, planning, queries,
};
use crate::sources::Plan;

/// What staff learn whose judgement was about a plan that does something else by now.
const OUTGROWN: &str = "The plan no longer fits, so that trying again would end as before. Plan it again, and decide on it anew.";
const DRIFTED: &str = "The data or the holds have changed since this was planned. It was planned again: decide on it as it is now.";

/// Decides every item, and with them the request; or proposes it, where a second staff member must agree.
pub async fn decide(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let (request, items, grounds) = find(&sent).await?;
    let judged = match judge(&sent.fields, (request.kind, &items), &grounds) {
        Ok(judged) => judged,
        Err(faults) => return sent.refuse(&worker, faults).await,
    };
    let faults = untrue_grounds(&sent, &request, (items.clone(), &judged)).await?;
    if !faults.is_empty() {
        return sent.refuse(&worker, faults).await;
    }
    let plan = match remake(&sent.app, &request, (&items, &judged)).await {
        Ok(Remade::Not) => None,
        Ok(Remade::Anew(plan)) => Some(plan),
        Ok(Remade::Drifted(plan)) => {
            let shown = sent.act(&worker, move |conn, request, by| {
                review::begin_anew(conn, request, &plan, by)
            });
            let drifted = shown.await.and(Err(AppError::conflict(DRIFTED)));
            return sent.end(&worker, drifted).await;
        }
        Err(error) => return sent.end(&worker, Err(error)).await,
    };
    let decide = sent.act(&worker, move |conn, request, by| {
        let decided = review::decide(conn, request, &judged, plan.as_ref(), by)?;
        Ok((decided.state, notices::reaches(conn, by.app, request)?))
    });
    let done = decide.await.map(|decided| match decided {
        (State::InReview, _) => "Your proposal is on record. Another supervisor has to approve it.",
        (_, true) => "The decision is on record, and the person has been told.",
        (_, false) => "The decision is on record. No mail reaches them: tell them yourself.",
    });
    sent.end(&worker, done).await
}

/// The plan that goes with a decision, where the one that was confirmed does not do.
async fn remake(
    app: &App,
    request: &Request,
    (items, judged): (&[Item], &Judgement),
) -> AppResult<Remade> {
    match review::plan_for_appeal(app, request).await? {
        Some(anew) => Ok(Remade::Anew(anew)),
        None => review::plan_without_refused(app, request, items, &judged.items).await,
    }
}

/// Shows what the person would read if this became the decision.
pub async fn preview(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let (request, items, grounds) = find(&sent).await?;
    match judge(&sent.fields, (request.kind, &items), &grounds) {
        Ok(judged) => {
            let faults = untrue_grounds(&sent, &request, (items, &judged)).await?;
            if faults.is_empty() {
                sent.show(&worker, judged).await
            } else {
                sent.refuse(&worker, faults).await
            }
        }
        Err(faults) => sent.refuse(&worker, faults).await,
    }
}

/// The request with its items, and the grounds on which it may be denied.
async fn find(sent: &Sent) -> AppResult<(Request, Vec<Item>, Vec<Ground>)> {
    let (own, reference) = (sent.app.clone(), sent.reference.clone());
    let read = sent.app.db.read(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        let items = queries::list_items(conn, request.id)?;
        let kind = denial::kind_denied(conn, &request)?;
        let grounds = denial::grounds(&own.laws, &request, kind);
        Ok((request, items, grounds))
    });
    read.await
}

/// The grounds that our own records contradict, each with the sentence that says so.
async fn untrue_grounds(
    sent: &Sent,
    request: &Request,
    (items, judged): (Vec<Item>, &Judgement),
) -> AppResult<Vec<(String, &'static str)>> {
    let (own, request, judged) = (sent.app.clone(), request.clone(), judged.clone());
    let read = sent.app.db.read(move |conn| {
        let mut faults = Vec::new();
        let refused = judged.items.iter();
        for it in refused.filter(|it| it.decision == Decision::Refused) {
            let item = items.iter().find(|item| item.id == it.id);
            let found = contradicted::find(conn, &own, &request, (item, &it.ground))?;
            faults.extend(found.map(|sentence| (format!("ground-{}", it.id), sentence)));
        }
        if items.is_empty() && judged.outcome != Some(Outcome::Approved) {
            let found = contradicted::find(conn, &own, &request, (None, &judged.ground))?;
            faults.extend(found.map(|sentence| ("ground".to_owned(), sentence)));
        }
        Ok(faults)
    });
    read.await
}

async fn find_request(sent: &Sent) -> AppResult<Request> {
    let reference = sent.reference.clone();
    let read = sent
        .app
        .db
        .read(move |conn| Ok(queries::find_by_reference(conn, &reference)?));
    read.await
}

/// What the sources say, for a [`Seen`].
async fn look(app: &App, request: &Request) -> AppResult<(Option<Plan>, i64)> {
    let anew = review::plan_for_appeal(app, request).await?;
    Ok((anew, held_still::count(app, request).await?))
}

/// A second staff member makes a proposal the decision, and it is carried out.
pub async fn approve(supervisor: Supervisor, sent: Sent) -> AppResult<HttpResponse> {
    let request = find_request(&sent).await?;
    let (anew, held) = match look(&sent.app, &request).await {
        Ok(seen) => seen,
        Err(error) => return sent.end(&supervisor, Err(error)).await,
    };
    let approved = sent.act(&supervisor, move |conn, request, by| {
        let decided = decisions::approve(conn, request, by)?;
        let anew = anew.as_ref();
        carry_out::begin(conn, &decided, Seen { anew, held }, by)?;
        notices::reaches(conn, by.app, request)
    });
    let done = approved.await.map(|is_told| {
        if is_told {
            "Approved. What is to be done is done now, and the person is told."
        } else {
            "Approved. What is to be done is done now. No mail reaches them: tell them yourself."
        }
    });
    sent.end(&supervisor, done).await
}

/// A supervisor does not agree: it is reviewed again, for a reason that colleagues read.
pub async fn send_back(supervisor: Supervisor, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&supervisor).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let why = sent.text("send_back");
    if why.is_empty() || why.chars().count() > notes::LONGEST {
        let sentence = "Write why, for who decides on it anew, in at most 5,000 characters.";
        return sent.refuse(&supervisor, [("send_back", sentence)]).await;
    }
    let sent_back = sent.act(&supervisor, move |conn, request, by| {
        decisions::send_back(conn, request, by)?;
        notes::write(conn, request, &why, by)
    });
    let done = sent_back
        .await
        .map(|()| "The proposal was sent back for review. Why stands among the notes.");
    sent.end(&supervisor, done).await
}

/// Tries again to carry out what failed.
pub async fn retry(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let tried = sent.act(&worker, |conn, request, by| {
        if request.state == State::Executing {
            return execution::hurry(conn, request, by);
        }
        if has_outgrown_its_plan(request) {
            return Err(AppError::conflict(OUTGROWN));
        }
        carry_out::begin(conn, request, Seen::default(), by)
    });
    let done = tried.await.map(|()| "It is being tried again now.");
    sent.end(&worker, done).await
}

/// Has a deletion planned now that waits for a source.
pub async fn plan(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let begun = sent.act(&worker, |conn, request, by| {
        planning::begin(conn, request, by)
    });
    let done = begun.await.map(|()| "It is being looked up now.");
    sent.app.wake.notify_one();
    sent.end(&worker, done).await
}

/// Takes what could not be carried out as it was agreed into review again; a deletion is planned anew for that.
pub async fn review_again(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let request = find_request(&sent).await?;
    let reviewed = match review::plan_again(&sent.app, &request).await {
        Err(error) => Err(error),
        Ok(plan) => {
            let review = sent.act(&worker, move |conn, request, by| {
                review::review_again(conn, request, plan.as_ref(), by)
            });
            review.await
        }
    };
    let said = if request.plan.is_some() {
        "It was planned again with the data as they are now. Decide on it anew."
    } else {
        "It is in review again. Decide anew on what could not be carried out."
    };
    sent.end(&worker, reviewed.map(|()| said)).await
}
