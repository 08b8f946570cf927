//! The description of the API, made from the code.

use actix_web::HttpResponse;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::{answers, changes, choices, disclosures, notices, problem};
use crate::disclosures::ledger::line;
use crate::disclosures::{content, feed};

/// The document.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Candor",
        description = "How people's privacy choices stand, and what was disclosed to whom, for the organisation's own systems; and what recipients of data have to do."
    ),
    servers((url = "/api/v1")),
    paths(
        choices::show,
        choices::batch,
        changes::list,
        disclosures::record,
        notices::list,
        notices::answer,
        description
    ),
    components(schemas(
        answers::Answer,
        answers::ChoiceState,
        answers::Gpp,
        answers::IdentityRef,
        choices::Batch,
        choices::Asked,
        choices::BatchAnswer,
        changes::Feed,
        changes::Change,
        disclosures::Told,
        disclosures::Taken,
        disclosures::Refused,
        line::Line,
        feed::Page,
        feed::Answer,
        content::Body,
        content::Hashed,
        notices::Answers,
        notices::AnswersTaken,
        notices::AnswerRefused,
        problem::Problem,
    )),
    modifiers(&Bearer)
)]
pub struct Description;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "description", responses((status = 200, body = serde_json::Value, description = "An OpenAPI 3.1 document")))]
pub async fn description() -> HttpResponse {
    HttpResponse::Ok().json(Description::openapi())
}
