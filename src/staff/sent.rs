//! A form of a request's page: what it sends, and the ways in which it can end.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use super::act::{Decisions, on_request};
use super::request_pages::{Shown, render};
use crate::accounts::guard::StaffMember;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::review::Judgement;
use crate::web::{Form, Page, see_other_saying};

/// Which request a form is about, its fields, and what it takes to answer it. A handler takes it as a parameter, behind
/// who may send it.
pub struct Sent {
    /// As the address has it.
    pub reference: String,
    /// By name.
    pub fields: Decisions,
    /// For whatever else the form asks for.
    pub app: App,
    page: Page,
    session: Session,
}

/// What staff learn of it; the log has the cause.
const A_SOURCE_IS_DOWN: &str =
    "A system that holds the data does not answer. Try again in some minutes.";

type Fields = web::Form<BTreeMap<String, String>>;

impl FromRequest for Sent {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Sent, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reference = request.match_info().query("reference").to_owned();
        let parts = <(App, Page, Session, Fields)>::from_request(request, payload);
        Box::pin(async move {
            let (app, page, session, form) = parts.await?;
            Ok(Sent {
                reference,
                fields: Decisions(form.into_inner()),
                app,
                page,
                session,
            })
        })
    }
}

impl Sent {
    /// The request as the page showed it.
    pub fn seen(&self) -> (String, i64) {
        (self.reference.clone(), self.fields.version())
    }

    /// A field without the spaces around it.
    pub fn text(&self, name: &str) -> String {
        self.fields.field(name).trim().to_owned()
    }

    /// The same if every text in it can be read as it was typed; else the page to answer with, and a sentence beside each
    /// field that has what nobody sees.
    pub async fn legible(
        self,
        member: &StaffMember,
    ) -> AppResult<std::result::Result<Self, HttpResponse>> {
        let form = Form::new(self.fields).refuse_unseen();
        if !form.has_errors() {
            let fields = form.values;
            return Ok(Ok(Sent { fields, ..self }));
        }
        let shown = Shown {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..Shown::of(form)
        };
        let answer = render(&self.app, member, self.page, self.reference, shown).await?;
        Ok(Err(answer))
    }

    /// Does something to the request, if it is still as its page showed it.
    pub async fn act<T: Send + 'static>(
        &self,
        member: &StaffMember,
        act: impl FnOnce(&mut AnyConnection, &Request, &By<'_>) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        on_request(&self.app, member, self.seen(), act).await
    }

    /// Shows the page again, with a sentence beside each field that is wrong.
    pub async fn refuse<F: Into<String>, S: Into<String>>(
        self,
        member: &StaffMember,
        faults: impl IntoIterator<Item = (F, S)>,
    ) -> AppResult<HttpResponse> {
        let form = faults
            .into_iter()
            .fold(Form::new(self.fields), |form, (field, fault)| {
                form.refuse(field, fault)
            });
        let shown = Shown {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            ..Shown::of(form)
        };
        render(&self.app, member, self.page, self.reference, shown).await
    }

    /// Leads back to the page when it was done. When somebody else was faster, or a source does not answer, the page
    /// comes back with what was typed, says what stood in the way, and can be sent again.
    pub async fn end(
        self,
        member: &StaffMember,
        done: AppResult<&'static str>,
    ) -> AppResult<HttpResponse> {
        self.end_at(member, "", done).await
    }

    /// The same, leading back to a part of the page (`#flags`).
    pub async fn end_at(
        self,
        member: &StaffMember,
        part: &str,
        done: AppResult<&'static str>,
    ) -> AppResult<HttpResponse> {
        let (status, why) = match done {
            Ok(done) => return self.back(part, done),
            Err(AppError::Conflict(why)) => (StatusCode::CONFLICT, why),
            Err(AppError::Unavailable(cause)) => {
                tracing::warn!(%cause, "a form of staff could not be carried out");
                (StatusCode::SERVICE_UNAVAILABLE, A_SOURCE_IS_DOWN.to_owned())
            }
            Err(other) => return Err(other),
        };
        let shown = Shown {
            status,
            conflict: Some(why),
            ..Shown::of(Form::new(self.fields))
        };
        render(&self.app, member, self.page, self.reference, shown).await
    }

    /// Shows the page with what the person would read, and with what was typed.
    pub async fn show(self, member: &StaffMember, judgement: Judgement) -> AppResult<HttpResponse> {
        let shown = Shown {
            judgement: Some(judgement),
            ..Shown::of(Form::new(self.fields))
        };
        render(&self.app, member, self.page, self.reference, shown).await
    }

    /// Leads to another request, and says what was done.
    pub fn on_to(&self, reference: &str, done: &str) -> AppResult<HttpResponse> {
        let there = format!("/staff/requests/{reference}");
        see_other_saying(&self.session, done, &there)
    }

    /// Leads back to a part of the page (`#flags`), or to all of it, and says what was done.
    pub fn back(&self, part: &str, done: &str) -> AppResult<HttpResponse> {
        let reference = &self.reference;
        let back = format!("/staff/requests/{reference}{part}");
        see_other_saying(&self.session, done, &back)
    }
}
