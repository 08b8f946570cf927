//! Taking in what was disclosed to whom.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body;
use super::guard::{self, DisclosuresWriter};
use super::model::Scope;
use super::problem::Problem;
use crate::app::App;
use crate::disclosures::ledger::line::{Line, Refusal};
use crate::disclosures::ledger::model::Rules;
use crate::disclosures::ledger::queries::{self, Outcome};
use crate::error::AppResult;

/// So many are told of at once.
const MOST: usize = 1_000;

/// Disclosures to record, at most 1,000.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Told {
    disclosures: Vec<Line>,
}

/// What became of them. Send what is refused again once it is put right; sending the others again changes nothing.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Taken {
    /// So many are recorded now.
    recorded: usize,
    /// So many had been recorded before.
    known: usize,
    refused: Vec<Refused>,
}

/// One that is not taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refused {
    /// Its place in what was sent, from 0.
    index: usize,
    /// The field at fault.
    field: &'static str,
    /// What is wrong with it.
    reason: &'static str,
}

/// Records what was disclosed to whom. What was recorded before, under the same key, is not recorded again.
#[utoipa::path(
    post,
    path = "/disclosures",
    tag = "disclosures",
    request_body = Told,
    responses(
        (status = 200, body = Taken),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 413, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn record(
    writer: DisclosuresWriter,
    app: App,
    request: HttpRequest,
    // Read only after the token was looked at, so that a body tells nobody anything.
    body: web::Bytes,
) -> AppResult<HttpResponse> {
    let lines = body::read::<Told>(&body)?.disclosures;
    body::at_most(&lines, MOST, &format!("Tell of at most {MOST} disclosures"))?;
    guard::count(&request, Scope::WriteDisclosures, lines.len()).await?;
    let mut taken = Taken::default();
    let (mut places, mut good) = (Vec::new(), Vec::new());
    let now = app.clock.now();
    for (index, line) in lines.iter().enumerate() {
        match line.check(&app.register, &app.keys, now) {
            Ok(new) => {
                places.push(index);
                good.push(new);
            }
            Err(refusal) => taken.refuse(index, refusal),
        }
    }
    let (by, own) = (writer.name(), app.clone());
    let recorded = app.db.write(move |conn| {
        let rules = Rules {
            register: &own.register,
            laws: &own.laws,
        };
        Ok(queries::record(conn, rules, &good, &by, now)?)
    });
    for (index, outcome) in places.into_iter().zip(recorded.await?) {
        match outcome {
            Outcome::Recorded => taken.recorded += 1,
            Outcome::Known => taken.known += 1,
            Outcome::Differs => taken.refuse(index, Refusal::TAKEN),
        }
    }
    Ok(HttpResponse::Ok().json(taken))
}

impl Taken {
    fn refuse(&mut self, index: usize, refusal: Refusal) {
        self.refused.push(Refused {
            index,
            field: refusal.field,
            reason: refusal.reason,
        });
    }
}
