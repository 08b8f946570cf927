//! What a form of a request's page sends, and the ways in which it can end.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::act::Decisions;
use super::request_pages::{Begin, Shown, render};
use crate::accounts::guard::StaffMember;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::requests::review::Judgement;
use crate::web::page::FlashKind;
use crate::web::{Flash, Form, Page, see_other};

/// The fields of a form, by name.
pub(super) type Fields = web::Form<BTreeMap<String, String>>;

/// What a request page sends: which request, and the fields.
pub(super) struct Sent {
    pub reference: String,
    pub fields: Decisions,
}

impl Sent {
    pub fn new(path: web::Path<String>, form: Fields) -> Self {
        Sent {
            reference: path.into_inner(),
            fields: Decisions(form.into_inner()),
        }
    }

    /// The request as the page showed it.
    pub fn seen(&self) -> (String, i64) {
        (self.reference.clone(), self.fields.version())
    }

    pub fn text(&self, name: &str) -> String {
        self.fields.field(name).trim().to_owned()
    }

    /// Shows the page again, with a sentence beside a field.
    pub async fn refuse(
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
            judgement: None,
        };
        render(app, member, page, self.reference, shown).await
    }

    /// Leads back to the page when it was done. When somebody else was faster, the page comes back with what was
    /// typed, says who did what in between, and can be sent again.
    pub async fn end(
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
            judgement: None,
        };
        render(app, member, page, self.reference, shown).await
    }

    /// Shows the page with what the person would read, and with what was typed.
    pub async fn show(
        self,
        app: &App,
        member: &StaffMember,
        page: Page,
        judgement: Judgement,
    ) -> AppResult<HttpResponse> {
        let shown = Shown {
            form: Form::new(self.fields),
            status: StatusCode::OK,
            begin: Begin::default(),
            conflict: None,
            judgement: Some(judgement),
        };
        render(app, member, page, self.reference, shown).await
    }

    fn back(&self, session: &Session, done: &str) -> AppResult<HttpResponse> {
        Flash::leave(session, FlashKind::Success, done)?;
        Ok(see_other(&format!("/staff/requests/{}", self.reference)))
    }
}

/// A sentence beside a field.
pub(super) fn fault(field: &str, sentence: &str) -> Vec<(String, String)> {
    vec![(field.to_owned(), sentence.to_owned())]
}
