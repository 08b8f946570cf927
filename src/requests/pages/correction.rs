//! Asking for one value of one record to be put right.

use actix_multipart::form::MultipartForm;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::collected::LIST;
use super::filed_address;
use super::proposal::{FILE_IS_GONE, Proposal, Sent, check, keep_file, keep_with};
use crate::accounts::guard::{FreshPerson, Person};
use crate::accounts::signs;
use crate::accounts::step_up::{Kept, keep};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::my_data::redactions::{Cell, Redactions};
use crate::my_data::{correction_url, read, said};
use crate::register::{CollectionKey, FieldView, Input};
use crate::requests::collected::{self, Draft};
use crate::requests::denied_before::{self, Asked, DeniedBefore};
use crate::requests::evidence::File;
use crate::requests::filing::{self, NewCorrection, NewItem, NewRequest};
use crate::requests::items;
use crate::requests::kept_file::{self, Place};
use crate::requests::life::By;
use crate::requests::model::{Action, Kind};
use crate::requests::over_limit;
use crate::sources::{Held, Identities, Value};
use crate::web::{Form, Page, html, see_other, words};

/// Which value it is about.
#[derive(Debug, Clone, Deserialize)]
pub struct Target {
    dataset: String,
    collection: String,
    pub(super) record: String,
    pub(super) field: String,
}

impl Target {
    /// That value.
    pub(super) fn of(cell: &Cell) -> Self {
        Target {
            dataset: cell.key.dataset.clone(),
            collection: cell.key.collection.clone(),
            record: cell.record.clone(),
            field: cell.field.clone(),
        }
    }

    /// In which collection.
    pub(super) fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }

    /// Of which record, under which field.
    pub(super) fn cell(&self) -> Cell {
        Cell {
            key: self.key(),
            record: self.record.clone(),
            field: self.field.clone(),
        }
    }

    /// Under which a file for it is kept.
    pub(super) fn place(&self, person_id: i64) -> Place {
        let page = self.address();
        Place { person_id, page }
    }

    /// Where its form is shown, and sent to.
    fn address(&self) -> String {
        correction_url(&self.key(), &self.record, &self.field)
    }
}

/// The value as it is held, and what it may become.
pub(super) struct Subject {
    collection: String,
    field: String,
    description: String,
    /// As it is typed.
    pub(super) current: String,
    /// As the other pages say it.
    shown: String,
    pub(super) held: Held,
    input: Input,
    /// What there is to choose from, and how the other pages say it.
    options: Vec<(String, String)>,
    /// What was denied of the same before.
    before: Option<DeniedBefore>,
    /// Who gave us the value, where that is not the person and is known.
    pub(super) source_name: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/new_correction.html")]
struct NewCorrectionPage {
    page: Page,
    action: String,
    subject: Subject,
    form: Form<Proposal>,
    /// The request of the person's that asks for this already.
    asked: Option<String>,
}

impl NewCorrectionPage {
    /// Type, `inputmode` and hint of a one-line input.
    fn line(&self) -> (&'static str, &'static str, &'static str) {
        match self.subject.input {
            Input::Email => ("email", "email", ""),
            Input::Phone => ("tel", "tel", ""),
            Input::Integer => ("text", "numeric", "A whole number."),
            Input::Decimal => ("text", "decimal", "A number, such as 12.50."),
            Input::Date => ("date", "", ""),
            Input::DateTime => ("datetime-local", "", ""),
            _ => ("text", "", ""),
        }
    }
}

/// The form, with the value as it is held now.
pub async fn new(
    person: FreshPerson,
    app: App,
    page: Page,
    target: web::Query<Target>,
    kept: Kept<Proposal>,
) -> AppResult<HttpResponse> {
    let target = target.into_inner();
    let subject = find_subject(&app, person.id, &target).await?;
    let form = kept.form();
    let is_without_file = form.values.is_without_file;
    let form = form.refuse_where([(is_without_file, "evidence", FILE_IS_GONE)]);
    show(StatusCode::OK, page, &target, subject, (form, None))
}

fn show(
    status: StatusCode,
    page: Page,
    target: &Target,
    subject: Subject,
    (form, asked): (Form<Proposal>, Option<String>),
) -> AppResult<HttpResponse> {
    html(
        status,
        &NewCorrectionPage {
            page,
            action: target.address(),
            subject,
            form,
            asked,
        },
    )
}

pub(super) async fn find_subject(app: &App, person_id: i64, target: &Target) -> AppResult<Subject> {
    let target = target.clone();
    read(app, person_id, move |app, identities| {
        let cell = target.cell();
        let asked = Asked::Value(cell.clone());
        let (left_out, before) = app.db.read_now(|conn| {
            let left_out = Redactions::load(conn, &app.keys, person_id)?;
            let of = (Kind::Correction, &asked);
            let before = denied_before::find(conn, app, person_id, of)?;
            Ok((left_out, before))
        })?;
        // What is left out for somebody else's sake must not come back in the form.
        if left_out.is_about(&cell) {
            return Err(AppError::NotFound);
        }
        let subject = subject_of(app, identities, &target)?;
        Ok(Subject { before, ..subject })
    })
    .await
}

/// Someone else's record is not found, like one that does not exist.
fn subject_of(app: &App, identities: &Identities, target: &Target) -> AppResult<Subject> {
    let view = app
        .register
        .describe(&target.dataset, &target.collection, &target.field);
    let view = view.ok_or(AppError::NotFound)?;
    let record = app
        .sources
        .record(identities, &target.key(), &target.record)?;
    let record = record.ok_or(AppError::NotFound)?;
    let source_name = view.source_name(&record);
    let mut data = record.fields.into_iter();
    let datum = data
        .find(|datum| datum.path == target.field)
        .ok_or(AppError::NotFound)?;
    if let Some(fixed) = datum.fixed {
        return Err(AppError::conflict(items::why_fixed(fixed)));
    }
    let input = view.input_over(datum.value.as_text());
    let input = input.filter(|_| !datum.value.is_masked());
    let input = input.ok_or_else(|| {
        AppError::conflict(
            "This value cannot be corrected here. Write to us, and we will look at it together.",
        )
    })?;
    Ok(Subject {
        collection: view.collection.title.clone(),
        field: view.field.title.clone(),
        description: view.field.description.clone(),
        shown: said(&view, &datum.value.to_string()),
        current: as_typed(&datum.value, &input),
        held: datum.value,
        options: options(&view, &input),
        input,
        before: None,
        source_name,
    })
}

fn options(view: &FieldView<'_>, input: &Input) -> Vec<(String, String)> {
    let values = match input {
        Input::YesNo => &["yes", "no"].map(str::to_owned)[..],
        Input::OneOf(values) => values,
        _ => &[],
    };
    let pairs = values.iter().map(|it| (it.clone(), said(view, it)));
    pairs.collect()
}

fn as_typed(held: &Held, input: &Input) -> String {
    match (held, input) {
        (Held::Plain(Value::Bool(true) | Value::Integer(1)), Input::YesNo) => "yes".to_owned(),
        (Held::Plain(Value::Bool(false) | Value::Integer(0)), Input::YesNo) => "no".to_owned(),
        _ => held.to_string(),
    }
}

/// Checks the proposal and files it.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    session: Session,
    target: web::Query<Target>,
    MultipartForm(sent): MultipartForm<Sent>,
) -> AppResult<HttpResponse> {
    let target = target.into_inner();
    let content = sent.file().map(<[u8]>::to_vec);
    let is_for_list = sent.is_for_list();
    if !signs::is_confirmed(&app, &person).await? {
        keep(&app, &session, &target.address(), &sent.fields())?;
        keep_file(&app, target.place(person.id), content).await?;
        return Err(AppError::StepUpRequired);
    }
    let subject = find_subject(&app, person.id, &target).await?;
    let checked = check(&app, person.id, &target, &subject, sent).await?;
    let place = target.place(person.id);
    let (correction, evidence, proposal) = match checked {
        Ok(checked) => checked,
        Err(form) => {
            let shown = (keep_with(&app, place, content, form).await?, None);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(status, page, &target, subject, shown);
        }
    };
    if is_for_list {
        let kept = (&correction, evidence.as_ref(), &proposal);
        return match collect(&app, person.id, &target, kept).await {
            Err(AppError::Full(sentence)) => {
                let form = Form::new(proposal).refuse("value", &sentence);
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                show(status, page, &target, subject, (form, None))
            }
            kept => kept.map(|()| see_other(LIST)),
        };
    }
    let news = proposal.news.clone();
    let (parts, own, key) = (app.clone(), person.clone(), target.key());
    let filed = app.db.write(move |conn| {
        kept_file::forget(conn, own.id)?;
        let new = NewRequest {
            items: vec![NewItem {
                correction: Some(correction),
                ..NewItem::of(Action::Correct, &key, 1)
            }],
            evidence,
            news,
            ..NewRequest::of(Kind::Correction)
        };
        filing::file(conn, own.id, &new, &By::person(&parts, &own))
    });
    let filed = over_limit::look(&app, &person, Kind::Correction, filed.await).await;
    let filed = match filed {
        Ok(Ok(filed)) => filed,
        Ok(Err(limit)) => {
            let form = Form::new(proposal).refuse("value", &limit.sentence);
            let shown = (keep_with(&app, place, content, form).await?, None);
            return limit.answer(show(limit.status, page, &target, subject, shown));
        }
        Err(AppError::AskedAlready(reference)) => {
            let form = keep_with(&app, place, content, Form::new(proposal)).await?;
            let shown = (form, Some(reference));
            return show(StatusCode::CONFLICT, page, &target, subject, shown);
        }
        Err(other) => return Err(other),
    };
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}

/// Keeps it in the list of what the person will ask for together.
async fn collect(
    app: &App,
    person_id: i64,
    target: &Target,
    (correction, file, proposal): (&NewCorrection, Option<&File>, &Proposal),
) -> AppResult<()> {
    let mut draft = Draft::of(&target.cell());
    draft.old.clone_from(&correction.old_value);
    draft.value.clone_from(&correction.new_value);
    proposal.reason.trim().clone_into(&mut draft.reason);
    proposal.news.trim().clone_into(&mut draft.news);
    let (own, file) = (app.clone(), file.cloned());
    let kept = app.db.write(move |conn| {
        kept_file::forget(conn, person_id)?;
        let what = (&draft, file.as_ref());
        collected::add(conn, &own, person_id, what, own.clock.now())
    });
    kept.await
}
