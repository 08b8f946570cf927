//! How choices stand, for one identity or for many.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::answers::{Answer, IdentityRef};
use super::body;
use super::guard::{self, ChoicesReader};
use super::model::Scope;
use super::problem::Problem;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::is_identity_hash;
use crate::app::App;
use crate::choices::standing;
use crate::error::{AppError, AppResult};

/// So many identities are asked for at once.
const MOST: usize = 1_000;

/// Answers how every choice stands for one identity. 404 when nothing is known by it: then the law's defaults hold.
#[utoipa::path(
    get,
    path = "/choices/{identity_type}/{hash}",
    tag = "choices",
    params(
        ("identity_type" = IdentityKind, Path, description = "`email`, `phone` or `external`"),
        ("hash" = String, Path, pattern = "^[0-9a-f]{64}$", description = "HMAC-SHA256 of the identity in hex, under the key that `candor token identity-key` shows, whose 64 digits are decoded to 32 bytes first. An e-mail address in lower case with the ASCII form of its domain (`xn--…`), a phone number in E.164. `candor token identity-key --help` has an example to test with"),
        ("If-None-Match" = inline(Option<String>), Header, nullable = false, description = "The `ETag` of an earlier answer"),
    ),
    responses(
        (status = 200, body = Answer, headers(("ETag" = String, description = "Changes with the answer"))),
        (status = 304, description = "As in the answer with that `ETag`"),
        (status = 400, body = Problem, description = "The type or the hash cannot be one: nothing is said of the person"),
        (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn show(
    _: ChoicesReader,
    app: App,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> AppResult<HttpResponse> {
    let (kind, hash) = path.into_inner();
    let identity = identity(&kind, hash)?;
    let looked_for = identity.clone();
    let found = app
        .db
        .look_up(move |conn| Ok(standing::find(conn, looked_for.kind, &looked_for.hash)?));
    let standing = found.await?.ok_or(AppError::NotFound)?;
    let answer = Answer::new(&app, identity, &standing);
    let body = serde_json::to_vec(&answer)?;
    let tag = format!("\"{}\"", &HEXLOWER.encode(&Sha256::digest(&body))[..32]);
    let known = request.headers().get(header::IF_NONE_MATCH);
    let is_known = known
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it == "*" || it.contains(&tag));
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer.insert_header((header::ETAG, tag));
    answer.insert_header((header::CACHE_CONTROL, "private, no-cache"));
    if is_known {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("application/json").body(body))
}

/// Identities to ask for, at most 1,000.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Batch {
    #[schema(max_items = 1000)]
    identities: Vec<Asked>,
}

/// One identity to ask for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Asked {
    /// `email`, `phone` or `external`.
    #[serde(rename = "type")]
    #[schema(value_type = IdentityKind)]
    kind: String,
    /// HMAC-SHA256 in hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
}

/// How choices stand for each of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BatchAnswer {
    found: Vec<Answer>,
    /// Nothing is known by these: the law's defaults hold.
    not_found: Vec<IdentityRef>,
}

/// Answers how every choice stands, for many identities at once.
#[utoipa::path(
    post,
    path = "/choices/batch",
    tag = "choices",
    request_body = Batch,
    responses(
        (status = 200, body = BatchAnswer),
        (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 413, body = Problem), (status = 429, body = Problem), (status = 503, body = Problem),
    ),
    security(("token" = [])),
)]
pub async fn batch(
    _: ChoicesReader,
    app: App,
    request: HttpRequest,
    // Read only after the token was looked at, so that a body tells nobody anything.
    body: web::Bytes,
) -> AppResult<HttpResponse> {
    let asked = body::read::<Batch>(&body)?.identities;
    body::at_most(&asked, MOST, &format!("Ask for at most {MOST} identities"))?;
    guard::count(&request, Scope::ReadChoices, asked.len()).await?;
    let identities: AppResult<Vec<_>> = asked
        .into_iter()
        .map(|it| identity(&it.kind, it.hash))
        .collect();
    let identities = identities?;
    let looked_for: Vec<_> = identities
        .iter()
        .map(|it| (it.kind, it.hash.clone()))
        .collect();
    let read = app
        .db
        .read(move |conn| Ok(standing::list(conn, &looked_for)?));
    let mut answer = BatchAnswer {
        found: Vec::new(),
        not_found: Vec::new(),
    };
    for (identity, standing) in identities.into_iter().zip(read.await?) {
        match standing {
            Some(standing) => {
                let found = Answer::new(&app, identity, &standing);
                answer.found.push(found);
            }
            None => answer.not_found.push(identity),
        }
    }
    Ok(HttpResponse::Ok().json(answer))
}

/// The identity that a program names. What cannot be one is a fault of the program: an answer as for somebody who is
/// not known would let it go by the law's defaults, and past an opt-out.
fn identity(kind: &str, hash: String) -> AppResult<IdentityRef> {
    let known = IdentityKind::ALL.iter().find(|it| it.as_str() == kind);
    let kind = *known.ok_or_else(|| {
        let known: Vec<_> = IdentityKind::ALL.iter().map(|it| it.as_str()).collect();
        let sentence = format!(
            "This type of identity is not known; there are {}.",
            known.join(", ")
        );
        AppError::BadRequest(sentence)
    })?;
    if is_identity_hash(&hash) {
        Ok(IdentityRef { kind, hash })
    } else {
        let sentence = "The hash is not as it should be: give the HMAC-SHA256 of the identity in 64 hexadecimal \
                        digits, with small letters.";
        Err(AppError::BadRequest(sentence.to_owned()))
    }
}
