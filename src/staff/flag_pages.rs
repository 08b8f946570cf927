//! What staff make of the flags of a request, and the ones that they raise themselves.

use actix_web::{HttpResponse, web};

use super::sent::Sent;
use crate::accounts::guard::CaseWorker;
use crate::error::AppResult;
use crate::requests::flags::{self, FlagKind, Judgement};

/// The part of the request's page that is about flags.
const PART: &str = "#flags";

/// Raises a flag for a documented reason.
pub async fn raise(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let kind = sent.fields.field("flag").parse::<FlagKind>().ok();
    let kind = kind.filter(|it| it.is_raised_by_staff());
    let reason = sent.text("flag_reason");
    let is_wrong = reason.is_empty() || reason.chars().count() > 2000;
    let Some(kind) = kind.filter(|_| !is_wrong) else {
        let sentence = "Write what you have seen, in at most 2,000 characters.";
        let faults = [
            kind.is_none().then_some(("flag", "Choose what it is.")),
            is_wrong.then_some(("flag_reason", sentence)),
        ];
        return sent.refuse(&worker, faults.into_iter().flatten()).await;
    };
    let raised = sent.act(&worker, move |conn, request, by| {
        flags::raise(conn, request, kind, &reason, by)
    });
    let done = raised
        .await
        .map(|()| "It is flagged. Nothing else has changed.");
    sent.end_at(&worker, PART, done).await
}

/// Sets a flag aside, or finds it right and tells the person why.
pub async fn judge(
    worker: CaseWorker,
    path: web::Path<(String, i64)>,
    sent: Sent,
) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let (_, id) = path.into_inner();
    let judgement = sent.fields.field("judgement").parse::<Judgement>().ok();
    let name = format!("why-{id}");
    let why = sent.text(&name);
    if let Some(sentence) = flags::fault(judgement, &why) {
        return sent.refuse(&worker, [(name, sentence)]).await;
    }
    let judgement = judgement.unwrap_or(Judgement::SetAside);
    let judged = sent.act(&worker, move |conn, request, by| {
        flags::judge(conn, request, id, (judgement, &why), by)
    });
    let done = judged.await.map(|()| match judgement {
        Judgement::SetAside => "It is set aside. Answer the request as any other.",
        Judgement::Upheld => "The person is told why. To refuse the request, deny it below.",
    });
    sent.end_at(&worker, PART, done).await
}
