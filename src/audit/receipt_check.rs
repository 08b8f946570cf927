//! Checking a receipt: anybody may, with nothing but the receipt and the portal's public key.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::text::Text;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde_json::json;

use super::receipt_words::Said;
use super::receipts::ReceiptFile;
use crate::app::App;
use crate::error::AppResult;
use crate::web::{Form, Page, html};

#[derive(Template)]
#[template(path = "receipts/verify.html")]
struct VerifyPage {
    page: Page,
    form: Form<String>,
    verdict: Option<Verdict>,
    public_key: String,
}

/// What came of a check.
enum Verdict {
    Valid(Box<Said>),
    Invalid,
}

/// A receipt, pasted or as a file.
#[derive(Debug, MultipartForm)]
pub struct Given {
    #[multipart(limit = "64KB")]
    text: Option<Text<String>>,
    #[multipart(limit = "64KB")]
    file: Option<Bytes>,
}

/// The form.
pub async fn show(app: App, page: Page) -> AppResult<HttpResponse> {
    answer(&app, page, Form::default(), None)
}

/// The form with the verdict.
pub async fn check(app: App, page: Page, given: MultipartForm<Given>) -> AppResult<HttpResponse> {
    let text = given.into_inner().into_text();
    let form = Form::new(text.clone());
    if text.trim().is_empty() {
        let form = form.refuse("text", "Paste a receipt, or choose its file.");
        return answer(&app, page, form, None);
    }
    let read = serde_json::from_str::<ReceiptFile>(&text).ok();
    let Some((file, content)) = read.and_then(|it| it.content().map(|content| (it, content)))
    else {
        let sentence =
            "This is not a receipt. Paste all of the file, from the first brace to the last.";
        return answer(&app, page, form.refuse("text", sentence), None);
    };
    let verdict = if file.is_signed_by(&app.keys.public_key()) {
        Verdict::Valid(Box::new(Said::of(&app.register, content, page.zone)))
    } else {
        Verdict::Invalid
    };
    answer(&app, page, form, Some(verdict))
}

/// The key for those who check receipts by program.
pub async fn key(app: App) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "algorithm": "Ed25519",
        "public_key": app.keys.public_key(),
        "signed": "the bytes of `body`",
    }))
}

impl Given {
    fn into_text(self) -> String {
        let file = self.file.map(|it| it.data.to_vec()).unwrap_or_default();
        if file.is_empty() {
            self.text.map(Text::into_inner).unwrap_or_default()
        } else {
            String::from_utf8_lossy(&file).into_owned()
        }
    }
}

fn answer(
    app: &App,
    page: Page,
    form: Form<String>,
    verdict: Option<Verdict>,
) -> AppResult<HttpResponse> {
    let status = if form.has_errors() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let shown = VerifyPage {
        page,
        form,
        verdict,
        public_key: app.keys.public_key(),
    };
    html(status, &shown)
}
