//! What staff do to a request. Each action leads back to its page.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::act::{Decisions, on_request};
use super::request_pages::{Begin, Shown, render};
use crate::accounts::guard::{CaseWorker, StaffMember, Supervisor};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::requests::handling::{ask, assign, extend_to_latest, post_message};
use crate::requests::model::{Decision, Item, Outcome, State};
use crate::requests::{carry_out, decisions, handling, queries, review};
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, see_other};

type Fields = web::Form<BTreeMap<String, String>>;

/// What a request page sends: which request, and the fields.
struct Sent {
    reference: String,
    fields: Decisions,
}

impl Sent {
    fn new(path: web::Path<String>, form: Fields) -> Self {
        Sent {
            reference: path.into_inner(),
            fields: Decisions(form.into_inner()),
        }
    }

    /// The request as the page showed it.
    fn seen(&self) -> (String, i64) {
        (self.reference.clone(), self.fields.version())
    }

    fn text(&self, name: &str) -> String {
        self.fields.field(name).trim().to_owned()
    }

    /// Shows the page again, with a sentence beside a field.
    async fn refuse(
        self,
        app: &App,
        member: &StaffMember,
        page: Page,
        faults: Vec<(String, String)>,
    ) -> AppResult<HttpResponse> {
        let form = faults
            .into_iter()
            .fold(Form::new(self.fields), |form, (field, fault)| {
                form.refuse(field, fault)
            });
        let shown = Shown {
            form,
            status: StatusCode::UNPROCESSABLE_ENTITY,
            begin: Begin::default(),
            conflict: None,
        };
        render(app, member, page, self.reference, shown).await
    }

    /// Leads back to the page when it was done. When somebody else was faster, the page comes back with what was
    /// typed, says who did what in between, and can be sent again.
    async fn end(
        self,
        done: AppResult<&'static str>,
        app: &App,
        member: &StaffMember,
        page: Page,
        session: &Session,
    ) -> AppResult<HttpResponse> {
        let why = match done {
            Ok(done) => return self.back(session, done),
            Err(AppError::Conflict(why)) => why,
            Err(other) => return Err(other),
        };
        let shown = Shown {
            form: Form::new(self.fields),
            status: StatusCode::CONFLICT,
            begin: Begin::default(),
            conflict: Some(why),
        };
        render(app, member, page, self.reference, shown).await
    }

    fn back(&self, session: &Session, done: &str) -> AppResult<HttpResponse> {
        Flash::leave(session, FlashKind::Success, done)?;
        Ok(see_other(&format!("/staff/requests/{}", self.reference)))
    }
}

fn fault(field: &str, sentence: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), sentence.to_owned())]
}

/// Gives the request to a staff member, or to nobody.
pub async fn give(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let typed = sent.text("assignee");
    let assignee = match typed.as_str() {
        "" => None,
        "me" => Some(worker.id),
        id => Some(id.parse().unwrap_or_default()),
    };
    let known = app
        .db
        .read(move |conn| handling::may_be_assigned(conn, assignee))
        .await?;
    if !known {
        return sent
            .refuse(
                &app,
                &worker,
                page,
                fault("assignee", "Choose an agent or a supervisor."),
            )
            .await;
    }
    let given = on_request(&app, &worker, sent.seen(), move |conn, request, by| {
        assign(conn, request, assignee, by).map(drop)
    });
    let done = given.await.map(|()| "The request was assigned.");
    sent.end(done, &app, &worker, page, &session).await
}

/// Decides every item, and with them the request; or proposes it, where a second staff member must agree.
pub async fn decide(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let reference = sent.reference.clone();
    let (request, items) = app
        .db
        .read(move |conn| {
            let request = queries::find_by_reference(conn, &reference)?;
            let items = queries::list_items(conn, request.id)?;
            Ok((request, items))
        })
        .await?;
    let judged = match judge(&sent.fields, &items) {
        Ok(judged) => judged,
        Err(faults) => return sent.refuse(&app, &worker, page, faults).await,
    };
    let plan = review::plan_without_refused(&app, &request, &items, &judged.items).await?;
    let decide = on_request(&app, &worker, sent.seen(), move |conn, request, by| {
        review::decide(conn, request, &judged, plan.as_ref(), by)
    });
    let done = decide.await.map(|decided| match decided.state {
        State::InReview => "Your proposal is on record. Another supervisor has to approve it.",
        _ => "The decision is on record, and the person has been told.",
    });
    sent.end(done, &app, &worker, page, &session).await
}

/// Reads the decision form; every item needs a decision, every refusal a reason.
fn judge(fields: &Decisions, items: &[Item]) -> Result<review::Judgement, Vec<(String, String)>> {
    let mut faults = Vec::new();
    let mut judged = Vec::new();
    for item in items
        .iter()
        .filter(|item| item.action.is_decided_by_staff())
    {
        let reason = fields.reason(item.id).trim().to_owned();
        match fields.decision_or_rest(item.id).parse() {
            Ok(Decision::Refused) if reason.is_empty() => {
                faults.push((
                    format!("reason-{}", item.id),
                    "Write why, for the person to read.".to_owned(),
                ));
            }
            Ok(decision) => judged.push((item.id, decision, reason)),
            Err(_) => faults.push((
                format!("decision-{}", item.id),
                "Choose accept or refuse.".to_owned(),
            )),
        }
    }
    let outcome: Option<Outcome> = fields.field("outcome").parse().ok();
    let reason = fields.field("reason").trim().to_owned();
    if items.is_empty() && outcome.is_none() {
        faults.push(("outcome".to_owned(), "Choose approve or deny.".to_owned()));
    }
    if items.is_empty() && reason.is_empty() {
        faults.push((
            "reason".to_owned(),
            "Write the answer, for the person to read.".to_owned(),
        ));
    }
    if faults.is_empty() {
        Ok(review::Judgement {
            items: judged,
            outcome,
            reason,
        })
    } else {
        Err(faults)
    }
}

/// A second staff member makes a proposal the decision, and it is carried out.
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    on_request(&app, &supervisor, sent.seen(), move |conn, request, by| {
        let decided = decisions::approve(conn, request, by)?;
        carry_out::begin(conn, &decided, by)
    })
    .await?;
    sent.back(
        &session,
        "Approved. What is to be done is done now, and the person is told.",
    )
}

/// A supervisor does not agree: it is reviewed again.
pub async fn send_back(
    supervisor: Supervisor,
    app: App,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    on_request(&app, &supervisor, sent.seen(), |conn, request, by| {
        decisions::send_back(conn, request, by).map(drop)
    })
    .await?;
    sent.back(&session, "The proposal was sent back for review.")
}

/// Writes to the person; with `ask`, the request waits for the answer while the clock runs.
pub async fn message(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let (body, is_question) = (sent.text("body"), sent.fields.field("ask") == "true");
    if body.is_empty() || body.chars().count() > 5000 {
        return sent
            .refuse(
                &app,
                &worker,
                page,
                fault("body", "Write a message of at most 5,000 characters."),
            )
            .await;
    }
    let written = on_request(&app, &worker, sent.seen(), move |conn, request, by| {
        if is_question {
            let reviewed = review::begin(conn, request, by)?;
            return ask(conn, &reviewed, &body, by).map(drop);
        }
        post_message(conn, request, &body, by)
    });
    let done = written
        .await
        .map(|()| "The message was written. The person gets a mail that says so.");
    sent.end(done, &app, &worker, page, &session).await
}

/// Takes more time, once, for a reason that the person is told.
pub async fn take_time(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let reason = sent.text("extension");
    if reason.is_empty() {
        return sent
            .refuse(
                &app,
                &worker,
                page,
                fault(
                    "extension",
                    "Write why more time is needed, for the person to read.",
                ),
            )
            .await;
    }
    let moved = on_request(&app, &worker, sent.seen(), move |conn, request, by| {
        extend_to_latest(conn, request, &reason, by).map(drop)
    });
    let done = moved
        .await
        .map(|()| "The date was moved, and the person has been told.");
    sent.end(done, &app, &worker, page, &session).await
}

/// Tries again to carry out what failed.
pub async fn retry(
    worker: CaseWorker,
    app: App,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    on_request(&app, &worker, sent.seen(), carry_out::begin).await?;
    sent.back(&session, "It is being tried again now.")
}

/// Plans a deletion anew that can no longer be carried out as it was agreed, and reviews it again.
pub async fn plan_again(
    worker: CaseWorker,
    app: App,
    session: Session,
    path: web::Path<String>,
    form: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent::new(path, form);
    let reference = sent.reference.clone();
    let request = app
        .db
        .read(move |conn| Ok(queries::find_by_reference(conn, &reference)?))
        .await?;
    let plan = review::plan_again(&app, &request).await?;
    on_request(&app, &worker, sent.seen(), move |conn, request, by| {
        review::review_again(conn, request, &plan, by)
    })
    .await?;
    sent.back(
        &session,
        "It was planned again with the data as they are now. Decide on it anew.",
    )
}
