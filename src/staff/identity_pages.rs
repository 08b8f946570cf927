//! Who sent a request without an account, as far as staff know: they stand for somebody, or propose to deny for it.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::{HttpResponse, web};

use super::act::{Decisions, on_request};
use super::request_pages::{Begin, Shown, render};
use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::error::AppResult;
use crate::requests::life::changed;
use crate::requests::model::{Outcome, State};
use crate::requests::{decisions, review, senders};
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, see_other};
use actix_web::http::StatusCode;

/// What a denial for this says to the person; the mail has the rest that the law asks for.
const UNVERIFIED: &str =
    "We could not make sure that the request comes from the person whose data it is about.";

/// Stands for the sender, with a reason; or proposes to deny.
pub async fn decide(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: web::Form<BTreeMap<String, String>>,
) -> AppResult<HttpResponse> {
    let (reference, fields) = (path.into_inner(), Decisions(form.into_inner()));
    let seen = (reference.clone(), fields.version());
    let done = if fields.field("identity") == "unverified" {
        on_request(&app, &worker, seen, |conn, request, by| {
            if request.state != State::Verifying {
                return Err(changed());
            }
            let reviewed = review::begin(conn, request, by)?;
            let judged = (Outcome::Denied, UNVERIFIED);
            decisions::decide(conn, &reviewed, judged, by).map(drop)
        })
        .await?;
        "The denial is proposed. A supervisor has to approve it."
    } else {
        let why = fields.field("vouched").trim().to_owned();
        if why.is_empty() || why.chars().count() > 2000 {
            let sentence = "Write how you know who it is, in at most 2,000 characters.";
            let shown = Shown {
                form: Form::new(fields).refuse("vouched", sentence),
                status: StatusCode::UNPROCESSABLE_ENTITY,
                begin: Begin::default(),
                conflict: None,
            };
            return render(&app, &worker, page, reference, shown).await;
        }
        senders::vouch(&app, &worker, seen, why).await?;
        "The review begins."
    };
    Flash::leave(&session, FlashKind::Success, done)?;
    Ok(see_other(&format!("/staff/requests/{reference}")))
}
