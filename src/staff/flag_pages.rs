//! What staff make of the flags of a request, and the ones that they raise themselves.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::act::{Decisions, on_request};
use super::request_pages::{Begin, Shown, render};
use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::error::AppResult;
use crate::requests::flags::{self, FlagKind, Judgement};
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, see_other};

/// Raises a flag for a documented reason.
pub async fn raise(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: web::Form<BTreeMap<String, String>>,
) -> AppResult<HttpResponse> {
    let (reference, fields) = (path.into_inner(), Decisions(form.into_inner()));
    let kind = fields.field("flag").parse::<FlagKind>().ok();
    let kind = kind.filter(|it| it.is_raised_by_staff());
    let reason = fields.field("flag_reason").trim().to_owned();
    let is_long = reason.chars().count() > 2000;
    let Some(kind) = kind.filter(|_| !reason.is_empty() && !is_long) else {
        let mut form = Form::new(fields);
        if kind.is_none() {
            form = form.refuse("flag", "Choose what it is.");
        }
        if reason.is_empty() || is_long {
            let sentence = "Write what you have seen, in at most 2,000 characters.";
            form = form.refuse("flag_reason", sentence);
        }
        return again(&app, &worker, page, reference, form).await;
    };
    let seen = (reference.clone(), fields.version());
    on_request(&app, &worker, seen, move |conn, request, by| {
        flags::raise(conn, request, kind, &reason, by)
    })
    .await?;
    Flash::leave(
        &session,
        FlashKind::Success,
        "It is flagged. Nothing else has changed.",
    )?;
    Ok(see_other(&format!("/staff/requests/{reference}#flags")))
}

/// Sets a flag aside, or finds it right and tells the person why.
pub async fn judge(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<(String, i64)>,
    form: web::Form<BTreeMap<String, String>>,
) -> AppResult<HttpResponse> {
    let ((reference, id), fields) = (path.into_inner(), Decisions(form.into_inner()));
    let judgement = fields.field("judgement").parse::<Judgement>().ok();
    let name = format!("why-{id}");
    let why = fields.field(&name).trim().to_owned();
    if let Some(sentence) = flags::fault(judgement, &why) {
        let form = Form::new(fields).refuse(name, sentence);
        return again(&app, &worker, page, reference, form).await;
    }
    let seen = (reference.clone(), fields.version());
    let judgement = judgement.unwrap_or(Judgement::SetAside);
    on_request(&app, &worker, seen, move |conn, request, by| {
        flags::judge(conn, request, id, (judgement, &why), by)
    })
    .await?;
    let told = match judgement {
        Judgement::SetAside => "It is set aside. Answer the request as any other.",
        Judgement::Upheld => "The person is told why. To refuse the request, deny it below.",
    };
    Flash::leave(&session, FlashKind::Success, told)?;
    Ok(see_other(&format!("/staff/requests/{reference}#flags")))
}

async fn again(
    app: &App,
    worker: &CaseWorker,
    page: Page,
    reference: String,
    form: Form<Decisions>,
) -> AppResult<HttpResponse> {
    let shown = Shown {
        form,
        status: StatusCode::UNPROCESSABLE_ENTITY,
        begin: Begin::default(),
        conflict: None,
        judgement: None,
    };
    render(app, worker, page, reference, shown).await
}
